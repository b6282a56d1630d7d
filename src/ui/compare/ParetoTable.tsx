// The marks of size against loss as a table, for who reads numbers.
import { cellText, type Measure, measureWords } from '../../store/matrix.ts'
import type { ParetoPoint } from '../../store/pareto.ts'
import { count, recipeTitle, significant } from '../../store/wording.ts'
import { Glyph, recipeClass } from '../marks.tsx'

interface Props {
  points: readonly ParetoPoint[]
  measure: Measure
  onOpen(point: ParetoPoint): void
}

export function ParetoTable({ points, measure, onOpen }: Props) {
  const { long, unit } = measureWords[measure]
  return (
    <details className="as-table">
      <summary>
        The {count(points.length)} {points.length === 1 ? 'mark' : 'marks'} as a table
      </summary>
      <div className="scroller" tabIndex={0} role="region" aria-label="Marks as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">Recipe</th>
              <th scope="col">Bits</th>
              <th scope="col">Group</th>
              <th scope="col">Effective bits</th>
              <th scope="col">
                {long}, {unit}
              </th>
              <th scope="col">Frontier</th>
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={point.key}>
                <th scope="row">
                  <button
                    type="button"
                    className={`plain who ${recipeClass(point.recipe)}`}
                    onClick={() => onOpen(point)}
                  >
                    <Glyph recipe={point.recipe} />
                    {recipeTitle(point.recipe)}
                  </button>
                </th>
                <td>{point.mixed ? 'mixed' : point.bits}</td>
                <td>{point.group === 0 ? 'row' : point.group < 0 ? 'tensor' : point.group}</td>
                <td>{significant(point.x, 4)}</td>
                <td>{cellText(point.y, measure)}</td>
                <td>{point.frontier ? 'yes' : ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
