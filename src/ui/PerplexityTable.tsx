// The perplexities as a table, with how far each recipe's next-token odds are from the unquantized model's.
import type { PerplexityEntry } from '../store/perplexity.ts'
import { percent, significant } from '../store/wording.ts'
import { recipeClass } from './marks.tsx'
import './charts/tables.css'

export function PerplexityTable({ entries }: { entries: readonly PerplexityEntry[] }) {
  const measured = entries.filter(({ perplexity }) => perplexity)
  if (!measured.length) return null
  const compared = measured.some(({ perplexity }) => perplexity?.kl)
  return (
    <details className="as-table">
      <summary>{compared ? 'As a table, with KL divergence and agreement' : 'As a table'}</summary>
      <div className="scroller" tabIndex={0} role="region" aria-label="Perplexity as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col" className="number">
                Perplexity
              </th>
              <th scope="col" className="number">
                ± 1 s.e.
              </th>
              {compared && (
                <>
                  <th scope="col" className="number" title="KL(unquantized ‖ recipe) of the next token, mean, in nats">
                    KL mean
                  </th>
                  <th scope="col" className="number" title="The same, 99th percentile">
                    KL p99
                  </th>
                  <th scope="col" className="number" title="How often both find the same next token likeliest">
                    Top-1
                  </th>
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {measured.map(({ name, title, perplexity }) => (
              <tr key={name} className={recipeClass(name)}>
                <th scope="row">{title}</th>
                <td className="number">{significant(perplexity!.value, 4)}</td>
                <td className="number">
                  {perplexity!.standardError === undefined ? '–' : significant(perplexity!.standardError, 2)}
                </td>
                {compared && (
                  <>
                    <td className="number">{perplexity!.kl ? significant(perplexity!.kl.mean, 4) : '–'}</td>
                    <td className="number">{perplexity!.kl ? significant(perplexity!.kl.p99, 4) : '–'}</td>
                    <td className="number">{perplexity!.top1 === undefined ? '–' : percent(perplexity!.top1)}</td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {compared && (
        <p className="reason">
          KL: divergence of the next token’s odds from the unquantized model’s, in nats, over the same targets. Top-1:
          how often both find the same token likeliest.
        </p>
      )}
    </details>
  )
}
