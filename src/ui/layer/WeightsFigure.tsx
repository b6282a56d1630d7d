// The weights as pixels: original, quantized, and their difference side by side, under one scale of colours; on a phone
// one of them at a time.
import { useState } from 'react'
import {
  clampPlace,
  fitZoom,
  indexIn,
  leastZoom,
  type Place,
  showing,
  stepOf,
  visible,
  windowOf,
  zoomed,
} from '../../store/layer-place.ts'
import { count, significant } from '../../store/wording.ts'
import type { LayerAnswer } from '../../worker/layer-questions.ts'
import { Download } from '../download/Download.tsx'
import { Segments } from '../Segments.tsx'
import { useWidth } from '../width.ts'
import { useAnswer } from './answer.ts'
import { MiniMap } from './MiniMap.tsx'
import { readout } from './readout.ts'
import { type DifferenceKind, type Picture, useImages } from './weight-images.ts'
import type { MapView, Weight } from './WeightMap.tsx'
import { WeightPictures } from './WeightPictures.tsx'
import { WeightTools } from './WeightTools.tsx'

interface Props {
  layer: string
  info: LayerAnswer
  /** Absent: nothing has solved the layer yet. */
  recipe: string | undefined
  moment: number | undefined
  /** Of its codes: differences are smaller by about so many halvings. */
  bits: number
  place: Place | undefined
  setPlace(place: Place): void
  selected: Weight
  select(weight: Weight): void
  /** Columns of the selected weight's group. */
  group: { from: number; width: number } | undefined
  /** Whatever else the answers depend on. */
  of: unknown
}

const [HEIGHT, SMALL_HEIGHT, MINI, SMALL_MINI] = [300, 260, 92, 56]
const [GAP, SMALL_GAP] = [20, 12]

export function WeightsFigure(props: Props) {
  const { layer, info, recipe, moment, bits, setPlace, selected, select, group, of } = props
  const [ref, width] = useWidth<HTMLDivElement>()
  const [kind, setKind] = useState<DifferenceKind>('difference')
  const [tab, setTab] = useState<Picture>('difference')
  const [pointed, point] = useState<Weight>()
  const small = width < 600
  const [mini, gap] = small ? [SMALL_MINI, SMALL_GAP] : [MINI, GAP]
  const each = Math.max(40, Math.floor(small ? width - mini - gap : (width - mini - 3 * gap) / 3))
  const full = { rows: small ? SMALL_HEIGHT : HEIGHT, columns: each }
  const place = clampPlace(props.place ?? { row: 0, column: 0, zoom: fitZoom(info, full) }, info, full)
  const picture = {
    rows: Math.min(full.rows, Math.ceil(info.rows * place.zoom)),
    columns: Math.min(full.columns, Math.ceil(info.columns * place.zoom)),
  }
  const spans = width > 0 ? windowOf(place, info, full) : undefined
  const own = recipe === undefined ? {} : { recipe, ...(moment !== undefined && { moment }) }
  const { answer, asked, problem } = useAnswer('layer-pixels', spans && { layer, ...own, ...spans }, of)
  const shown = asked?.layer === layer ? answer : undefined
  const differences = info.diagonal ? kind : 'difference'
  const pictures: Picture[] = small ? [tab] : ['original', 'quantized', differences]
  const multiplier = 2 ** (bits - 1)
  const images = useImages(shown, info, multiplier, pictures.join(' '))
  const move = (next: Place) => setPlace(clampPlace(next, info, full))
  const zoom: MapView['zoom'] = (factor, at) =>
    move(zoomed(place, Math.max(factor, leastZoom(info, full) / place.zoom), at))
  const middle = { x: picture.columns / 2, y: picture.rows / 2 }
  const pick = ({ row, column }: Weight) => {
    const inside = {
      row: Math.max(0, Math.min(info.rows - 1, row)),
      column: Math.max(0, Math.min(info.columns - 1, column)),
    }
    select(inside)
    return inside
  }
  const step = (down: number, across: number) => {
    const next = pick({ row: selected.row + down, column: selected.column + across })
    move(showing(place, next, full))
  }
  const view: MapView = {
    place,
    picture,
    window: shown,
    frame: group && { row: selected.row, from: group.from, width: group.width, column: selected.column },
    move,
    zoom,
    select: pick,
    point,
  }
  const rows = visible(place.row, place.zoom, picture.rows, info.rows)
  const columns = visible(place.column, place.zoom, picture.columns, info.columns)
  const one = pointed ?? selected
  const found = shown && indexIn(shown, one)
  const without = info.diagonal ? undefined : (info.without ?? 'There is no Hessian.')
  return (
    <section className="figure span-12" aria-labelledby="the-weights">
      <header>
        <div>
          <h2 id="the-weights">The weights</h2>
          <p className="caption">
            {shareWords(stepOf(place.zoom), place.zoom)}: rows {count(rows.first)} to {count(rows.last)} of{' '}
            {count(info.rows)}, columns {count(columns.first)} to {count(columns.last)} of {count(info.columns)}. Drag
            to move, click a group to see its levels.
          </p>
        </div>
        <div className="chips" data-not-in-picture="">
          <WeightTools
            kind={differences}
            setKind={setKind}
            small={small}
            without={without}
            larger={(factor) => zoom(factor, middle)}
            exact={() => zoom(1 / place.zoom, middle)}
            all={() => move({ row: 0, column: 0, zoom: leastZoom(info, full) })}
          />
          <Download name="weights" />
        </div>
      </header>
      {small && (
        <div className="tabs-small">
          <Segments<Picture>
            label="Which weights"
            hideLabel
            small
            segments={(['original', 'quantized', 'difference', 'weighted'] as const).map((value) => ({
              value,
              label: value,
              ...(value === 'weighted' && without !== undefined && { reason: without }),
            }))}
            value={tab}
            onChange={setTab}
          />
        </div>
      )}
      <div ref={ref}>
        {width > 0 && (
          <div className="maps" style={{ gridTemplateColumns: `${mini}px auto`, gap }}>
            <figure>
              <figcaption>all</figcaption>
              <MiniMap
                layer={layer}
                extent={info}
                range={info.range}
                place={place}
                picture={picture}
                width={mini}
                height={full.rows}
                move={move}
              />
            </figure>
            <WeightPictures
              view={view}
              pictures={pictures}
              images={images}
              width={each}
              rows={rows}
              columns={columns}
              multiplier={multiplier}
              missing={recipe === undefined ? 'Not solved yet.' : shown?.quantized ? 'There is no Hessian.' : ''}
              step={step}
            />
          </div>
        )}
      </div>
      <div className="colours">
        <span>−{significant(info.range, 3)}</span>
        <i aria-hidden="true" />
        <span>+{significant(info.range, 3)}</span>
        {info.outside > 0 && (
          <span className="rest">
            {info.exact ? '' : 'About '}
            {count(info.outside)} of {count(info.rows * info.columns)} weights lie outside, up to ±
            {significant(info.largest, 3)}; they have the end colours.
          </span>
        )}
      </div>
      <p className="readout" id="weight-readout" aria-live={pointed ? 'off' : 'polite'}>
        {found ? readout(shown, found) : `Row ${count(one.row)}, column ${count(one.column)}.`}
      </p>
      {problem && <p className="refused">{problem}</p>}
    </section>
  )
}

function shareWords(step: number, zoom: number): string {
  if (step > 1) return `One weight of every ${step} × ${step}`
  return zoom === 1 ? 'Every weight, one pixel wide' : `Every weight, ${significant(zoom, 3)} pixels wide`
}
