// The bits of every layer, block by module: fuller colour, more bits. A press pins a layer: free → 2 → 3 → 4 → 8 → free;
// keys pin to their number, Delete frees, arrows walk.
import { type KeyboardEvent, useRef, useState } from 'react'
import type { Pins } from '../../../store/budget.ts'
import type { LayerFacts } from '../../../pipeline/events.ts'
import { moduleName } from '../../../store/wording.ts'

interface Props {
  layers: readonly LayerFacts[]
  /** One per layer. */
  bits: readonly number[]
  pins: Pins
  /** Bits a layer can be pinned to. */
  widths: readonly number[]
  /** Without bits: free. */
  onPin(layer: string, bits?: number): void
}

export function BitPainter({ layers, bits, pins, widths, onPin }: Props) {
  const modules = [...new Set(layers.map(({ module }) => module))]
  const blocks = [...new Set(layers.map(({ block }) => block))]
  const grid = useRef<HTMLTableElement>(null)
  // One cell is in the order of Tab, arrows lead to the others.
  const [current, setCurrent] = useState<string>()
  const first = layers.some(({ layer }) => layer === current) ? current : layers[0]?.layer
  const place = new Map(layers.map((facts, index) => [`${facts.block} ${facts.module}`, index]))
  const press = (layer: string) => {
    const pinned = Object.hasOwn(pins, layer) ? pins[layer] : undefined
    onPin(layer, pinned === undefined ? widths[0] : widths[widths.indexOf(pinned) + 1])
  }
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const { layer, block, module } = layers[index]
    const [row, column] = [blocks.indexOf(block), modules.indexOf(module)]
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key]
    if (step) {
      const to = place.get(`${blocks[row + step[0]]} ${modules[column + step[1]]}`)
      if (to !== undefined) {
        setCurrent(layers[to].layer)
        grid.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus()
      }
    } else if (widths.includes(Number(event.key))) onPin(layer, Number(event.key))
    else if (event.key === 'Delete' || event.key === 'Backspace') onPin(layer)
    else return
    event.preventDefault()
  }
  return (
    <table
      ref={grid}
      role="grid"
      className={blocks.length > 12 ? 'painter low' : 'painter'}
      aria-label="Bits of every layer"
    >
      <thead>
        <tr>
          <td />
          {modules.map((module) => (
            <th key={module} scope="col">
              {moduleName(module)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {blocks.map((block) => (
          <tr key={block}>
            <th scope="row">
              <span>block </span>
              {block}
            </th>
            {modules.map((module) => {
              const index = place.get(`${block} ${module}`)
              if (index === undefined) return <td key={module} role="gridcell" />
              const { layer } = layers[index]
              const pinned = Object.hasOwn(pins, layer)
              return (
                <td key={module} role="gridcell">
                  <button
                    type="button"
                    data-index={index}
                    className={`b${bits[index]}`}
                    tabIndex={layer === first ? 0 : -1}
                    aria-label={`block ${block} ${moduleName(module)}: ${bits[index]} bits${pinned ? ', pinned' : ''}`}
                    onFocus={() => setCurrent(layer)}
                    onClick={() => press(layer)}
                    onKeyDown={(event) => onKeyDown(event, index)}
                  >
                    {bits[index]}
                    {pinned && <Pin />}
                  </button>
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Pin() {
  return (
    <svg className="pin" viewBox="0 0 12 12" width="11" height="11" aria-hidden="true">
      <path d="M4 1.5h4M4.700 1.500v4L3.200 7.500h5.600L7.300 5.500v-4M6 7.500v3.500" />
    </svg>
  )
}
