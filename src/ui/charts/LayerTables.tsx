// What the pictures of one layer show, as tables: the descents at a few places along the axis, and the eigenvalues.
// Folded, and made only when unfolded.
import { useState } from 'react'
import { type DescentData, valueAt } from '../../store/curves.ts'
import { count, recipeShort, significant } from '../../store/wording.ts'
import { descentFrame } from './descent-frame.ts'
import './tables.css'

interface Props {
  data: DescentData | undefined
  /** Leading eigenvalues of the layer's Hessian, descending. */
  eigenvalues: readonly number[] | undefined
}

export function LayerTables({ data, eigenvalues }: Props) {
  const [open, setOpen] = useState(false)
  if (!data?.curves.length && !eigenvalues?.length) return null
  return (
    <details className="as-table" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>As a table</summary>
      {open && (
        <div className="scroller" tabIndex={0} role="region" aria-label="This layer as a table">
          {data && data.curves.length > 0 && <Descents data={data} />}
          {eigenvalues && eigenvalues.length > 0 && <Eigenvalues values={eigenvalues} />}
        </div>
      )}
    </details>
  )
}

function Descents({ data }: { data: DescentData }) {
  const { curves, yardstick } = data
  const text = (value: number | undefined) => (value === undefined ? '·' : significant(value, 4))
  return (
    <table>
      <caption>Loss ÷ {recipeShort(yardstick)}’s loss</caption>
      <thead>
        <tr>
          <th scope="col">Moves per row</th>
          {curves.map(({ recipe }) => (
            <th key={recipe} scope="col" className="number">
              {recipeShort(recipe)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {descentFrame(data).xTicks.map((x) => (
          <tr key={x}>
            <th scope="row">{x}</th>
            {curves.map(({ recipe, points }) => (
              <td key={recipe} className="number">
                {text(valueAt(points, x))}
              </td>
            ))}
          </tr>
        ))}
        <tr>
          <th scope="row">at the end</th>
          {curves.map(({ recipe, ratio, x }) => (
            <td key={recipe} className="number">
              {text(ratio)} ({significant(x, 3)})
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  )
}

function Eigenvalues({ values }: { values: readonly number[] }) {
  return (
    <table>
      <caption>Largest eigenvalues of the Hessian</caption>
      <thead>
        <tr>
          <th scope="col">Place</th>
          <th scope="col" className="number">
            Eigenvalue
          </th>
        </tr>
      </thead>
      <tbody>
        {values.map((value, i) => (
          <tr key={i}>
            <th scope="row">{count(i + 1)}</th>
            <td className="number">{significant(value, 4)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
