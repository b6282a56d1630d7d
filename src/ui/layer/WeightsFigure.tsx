// The weights as pixels: original, quantized, and their difference side by side, under one scale of colours.
import { useMemo, useState, type KeyboardEvent } from 'react'
import {
  clampPlace,
  fitZoom,
  indexIn,
  leastZoom,
  showing,
  stepOf,
  visible,
  windowOf,
  zoomed,
  type Place,
} from '../../store/layer-place.ts'
import { count, significant } from '../../store/wording.ts'
import type { LayerAnswer } from '../../worker/layer-questions.ts'
import { Download } from '../download/Download.tsx'
import { Segments } from '../Segments.tsx'
import { useWidth } from '../width.ts'
import { useAnswer } from './answer.ts'
import { MiniMap } from './MiniMap.tsx'
import { painted, usePalette } from './palette.ts'
import { readout } from './readout.ts'
import { type MapView, type Weight, WeightMap } from './WeightMap.tsx'

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

const views = ['original', 'quantized', 'difference', 'weighted'] as const
type View = (typeof views)[number]

const [HEIGHT, SMALL_HEIGHT, MINI, SMALL_MINI] = [300, 260, 92, 56]
const keys: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

export function WeightsFigure(props: Props) {
  const { layer, info, recipe, moment, bits, setPlace, selected, select, group, of } = props
  const [ref, width] = useWidth<HTMLDivElement>()
  const [difference, setDifference] = useState<'difference' | 'weighted'>('difference')
  const [tab, setTab] = useState<View>('difference')
  const [pointed, point] = useState<Weight>()
  const palette = usePalette()
  const small = width < 600
  const mini = small ? SMALL_MINI : MINI
  const gap = small ? 12 : 20
  const most = Math.max(40, Math.floor(small ? width - mini - gap : (width - mini - 3 * gap) / 3))
  const full = { rows: small ? SMALL_HEIGHT : HEIGHT, columns: most }
  const asked = props.place ?? { row: 0, column: 0, zoom: fitZoom(info, full) }
  const place = clampPlace(asked, info, full)
  const picture = {
    rows: Math.min(full.rows, Math.ceil(info.rows * place.zoom)),
    columns: Math.min(full.columns, Math.ceil(info.columns * place.zoom)),
  }
  const spans = width > 0 ? windowOf(place, info, full) : undefined
  const own = recipe === undefined ? {} : { recipe, ...(moment !== undefined && { moment }) }
  const { answer, problem } = useAnswer('layer-pixels', spans && { layer, ...own, ...spans }, of)
  const multiplier = 2 ** (bits - 1)
  const { diagonal, range } = info
  const shown = answer && answer.rows.from + answer.rows.count <= info.rows ? answer : undefined
  const images = useMemo(() => {
    if (!shown) return undefined
    const { original, quantized, rows, columns } = shown
    const size = { rows: rows.count, columns: columns.count }
    const mean = diagonal && diagonal.reduce((sum, h) => sum + h, 0) / diagonal.length
    const roots = Float32Array.from({ length: columns.count }, (_, c) =>
      diagonal && mean ? Math.sqrt(diagonal[columns.from + c * columns.step] / mean) : 1,
    )
    const weigh = difference === 'weighted' || tab === 'weighted'
    return {
      original: painted(size, (at) => original[at], range, palette),
      quantized: quantized && painted(size, (at) => quantized[at], range, palette),
      difference: quantized && painted(size, (at) => multiplier * (quantized[at] - original[at]), range, palette),
      weighted:
        weigh && quantized && diagonal
          ? painted(size, (at, c) => multiplier * (quantized[at] - original[at]) * roots[c], range, palette)
          : undefined,
    }
  }, [shown, diagonal, range, palette, multiplier, difference, tab])
  const move = (next: Place) => setPlace(clampPlace(next, info, full))
  const zoom: MapView['zoom'] = (factor, at) =>
    move(zoomed(place, Math.max(factor, leastZoom(info, full) / place.zoom), at))
  const middle = { x: picture.columns / 2, y: picture.rows / 2 }
  const pick = (weight: Weight) => {
    const inside = {
      row: Math.max(0, Math.min(info.rows - 1, weight.row)),
      column: Math.max(0, Math.min(info.columns - 1, weight.column)),
    }
    select(inside)
    return inside
  }
  const onKey = (event: KeyboardEvent) => {
    const way = keys[event.key]
    const factor = event.key === '+' || event.key === '=' ? 1.5 : event.key === '-' ? 1 / 1.5 : undefined
    if (!way && !factor) return
    event.preventDefault()
    if (factor) return zoom(factor, middle)
    const far = event.shiftKey ? 16 : 1
    const next = pick({ row: selected.row + far * way[0], column: selected.column + far * way[1] })
    setPlace(clampPlace(showing(place, next, full), info, full))
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
  const step = stepOf(place.zoom)
  const times = multiplier === 1 ? '' : `, colours × ${multiplier}`
  const weighted = diagonal ? (
    <>
      (<i>Q</i> − <i>W</i>) √<i>H</i>
      <sub>jj</sub>
    </>
  ) : null
  const one = pointed ?? selected
  const found = shown && indexIn(shown, one)
  const maps: { view: View; title: string; note: React.ReactNode }[] = [
    { view: 'original', title: 'original', note: <i>W</i> },
    { view: 'quantized', title: 'quantized', note: <i>Q</i> },
    {
      view: difference,
      title: difference === 'weighted' ? 'weighted difference' : 'difference',
      note:
        difference === 'weighted' ? (
          weighted
        ) : (
          <>
            <i>Q</i> − <i>W</i>
          </>
        ),
    },
  ]
  if (small) {
    const wanted = tab === 'weighted' || tab === 'difference' ? tab : undefined
    if (wanted)
      maps[2] = {
        ...maps[2],
        view: wanted,
        title: wanted === 'weighted' ? 'weighted' : 'difference',
        note:
          wanted === 'weighted' ? (
            weighted
          ) : (
            <>
              <i>Q</i> − <i>W</i>
            </>
          ),
      }
  }
  return (
    <section className="figure span-12" aria-labelledby="the-weights">
      <header>
        <div>
          <h2 id="the-weights">The weights</h2>
          <p className="caption">
            {step > 1
              ? `One weight of every ${step} × ${step} is drawn: rows ${count(rows.first)} to ${count(rows.last)} of ${count(info.rows)}, columns ${count(columns.first)} to ${count(columns.last)} of ${count(info.columns)}.`
              : `Every weight, ${significant(place.zoom, 2)} pixels wide: rows ${count(rows.first)} to ${count(rows.last)} of ${count(info.rows)}.`}{' '}
            Drag to move, click a group to see its levels.
          </p>
        </div>
        <div className="chips" data-not-in-picture="">
          <Segments<'difference' | 'weighted'>
            label="Difference"
            hideLabel
            small
            segments={[
              { value: 'difference', label: 'difference' },
              {
                value: 'weighted',
                label: 'weighted by diag H',
                ...(!diagonal && { reason: info.without ?? 'There is no Hessian' }),
              },
            ]}
            value={difference}
            onChange={(value) => {
              setDifference(value)
              if (small) setTab(value)
            }}
          />
          <div className="zooms" role="group" aria-label="Size of the weights">
            <button type="button" className="btn small" aria-label="Smaller" onClick={() => zoom(1 / 1.5, middle)}>
              −
            </button>
            <button type="button" className="btn small" aria-label="Larger" onClick={() => zoom(1.5, middle)}>
              +
            </button>
            <button
              type="button"
              className="btn small"
              aria-label="One pixel per weight"
              onClick={() => zoom(1 / place.zoom, middle)}
            >
              1 : 1
            </button>
            <button
              type="button"
              className="btn small"
              onClick={() => move({ row: 0, column: 0, zoom: leastZoom(info, full) })}
            >
              All
            </button>
          </div>
          <Download name="weights" />
        </div>
      </header>
      {small && (
        <Segments<View>
          label="Which weights"
          hideLabel
          small
          segments={views
            .slice(0, 3)
            .map((value) => ({ value: value === 'difference' ? difference : value, label: value }))}
          value={tab === 'difference' || tab === 'weighted' ? difference : tab}
          onChange={setTab}
        />
      )}
      <div ref={ref}>
        {width > 0 && (
          <div
            className="maps"
            style={{ gridTemplateColumns: small ? `${mini}px 1fr` : `${mini}px repeat(3, ${most}px)`, gap }}
          >
            <figure>
              <figcaption>all</figcaption>
              <MiniMap
                layer={layer}
                extent={info}
                range={range}
                place={place}
                picture={picture}
                width={mini}
                height={full.rows}
                move={move}
              />
            </figure>
            <div
              className="side"
              role="application"
              tabIndex={0}
              aria-roledescription="pictures of the weights"
              aria-label={`Rows ${rows.first} to ${rows.last}, columns ${columns.first} to ${columns.last}. Arrow keys select a weight, with Shift 16 further; plus and minus change the size.`}
              aria-describedby="weight-readout"
              onKeyDown={onKey}
            >
              {maps
                .filter(
                  (map) =>
                    !small ||
                    map.view === tab ||
                    (map.view === difference && tab !== 'original' && tab !== 'quantized'),
                )
                .map((map) => (
                  <figure key={map.title} style={{ width: most }}>
                    <figcaption>
                      {map.title}{' '}
                      <span>
                        <span className="math">{map.note}</span>
                        {map.view === 'difference' || map.view === 'weighted' ? times : ''}
                      </span>
                    </figcaption>
                    {map.view === 'original' || images?.[map.view] || !shown ? (
                      <WeightMap image={images?.[map.view]} view={view} />
                    ) : (
                      <p className="map none" style={{ width: picture.columns, height: picture.rows }}>
                        {recipe === undefined ? 'Nothing has solved this layer yet.' : 'Not solved yet.'}
                      </p>
                    )}
                    <p className="axis">
                      <span>column {count(columns.first)}</span>
                      <span>{count(columns.last)}</span>
                    </p>
                  </figure>
                ))}
            </div>
          </div>
        )}
      </div>
      <div className="colours">
        <span>−{significant(range, 3)}</span>
        <i aria-hidden="true" />
        <span>+{significant(range, 3)}</span>
        {info.outside > 0 && (
          <span className="rest">
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
