// The pictures side by side as one place for the keyboard: arrows select a weight, plus and minus change the size.
import type { KeyboardEvent, ReactNode } from 'react'
import { count } from '../../store/wording.ts'
import { usePlayground } from '../session.ts'
import type { Picture } from './weight-images.ts'
import { type MapView, WeightMap } from './WeightMap.tsx'

interface Props {
  view: MapView
  pictures: readonly Picture[]
  images: Partial<Record<Picture, HTMLCanvasElement>>
  width: number
  /** Of what is in sight. */
  rows: { first: number; last: number }
  columns: { first: number; last: number }
  multiplier: number
  /** In place of a picture that is not there. */
  missing: string
  /** Selects the weight so many rows and columns further. */
  step(rows: number, columns: number): void
}

const ways: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

const names: Readonly<Record<Picture, readonly [title: string, formula: ReactNode]>> = {
  original: ['original', <i key="W">W</i>],
  quantized: ['quantized', <i key="Q">Q</i>],
  difference: ['difference', <i key="D">Q − W</i>],
  weighted: [
    'weighted',
    <span key="weighted">
      (<i>Q − W</i>) √
      <i>
        H<sub>jj</sub>
      </i>
    </span>,
  ],
}

export function WeightPictures(props: Props) {
  const { view, pictures, images, width, rows, columns, multiplier, missing, step } = props
  const playground = usePlayground()
  const { picture } = view
  const onKey = (event: KeyboardEvent) => {
    const way = ways[event.key]
    const factor = event.key === '+' || event.key === '=' ? 1.5 : event.key === '-' ? 1 / 1.5 : undefined
    const layer = event.key === '[' ? -1 : event.key === ']' ? 1 : undefined
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (way) step(...(way.map((one) => one * (event.shiftKey ? 16 : 1)) as [number, number]))
    else if (factor) view.zoom(factor, { x: picture.columns / 2, y: picture.rows / 2 })
    else if (layer) playground.selectNext(layer)
    else return
    event.preventDefault()
  }
  return (
    <div
      className="side"
      role="application"
      tabIndex={0}
      aria-roledescription="pictures of the weights"
      aria-label={`Rows ${rows.first} to ${rows.last}, columns ${columns.first} to ${columns.last}. Arrow keys select a weight, with Shift 16 further; plus and minus change the size.`}
      aria-describedby="weight-readout"
      onKeyDown={onKey}
    >
      {pictures.map((name) => (
        <figure key={name} style={{ width }}>
          <figcaption>
            {names[name][0]}
            <span>
              <span className="math">{names[name][1]}</span>
              {multiplier > 1 && (name === 'difference' || name === 'weighted') ? `, colours × ${multiplier}` : ''}
            </span>
          </figcaption>
          {name === 'original' || images[name] ? (
            <WeightMap image={images[name]} view={view} />
          ) : (
            <p className="map none" style={{ width: picture.columns, height: picture.rows }}>
              {missing}
            </p>
          )}
          <p className="axis" style={{ width: picture.columns }}>
            <span>column {count(columns.first)}</span>
            <span>{count(columns.last)}</span>
          </p>
        </figure>
      ))}
    </div>
  )
}
