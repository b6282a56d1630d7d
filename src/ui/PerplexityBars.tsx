// The whole model: perplexity with ± standard error of every model, on bars from 0, with how it was measured.
import { bitsWords } from '../store/mix.ts'
import { perplexityCsv } from '../store/figure-tables.ts'
import { errorWords, perplexityEntries, perplexityScale, protocol, type PerplexityEntry } from '../store/perplexity.ts'
import { recipeShort, signedPercent, significant } from '../store/wording.ts'
import { Download } from './download/Download.tsx'
import { Glyph, recipeClass } from './marks.tsx'
import { PerplexityTable } from './PerplexityTable.tsx'
import { usePlayground, useSession } from './session.ts'

export function PerplexityBars() {
  const playground = usePlayground()
  const run = useSession((session) => session.run)
  const entries = perplexityEntries(run)
  const { max, cut } = perplexityScale(entries)
  const outlined = run.earlier && entries.some(({ earlier }) => earlier !== undefined)
  const skipped = run.plan?.windows === 0
  const nothing = run.bare
    ? 'There is no model: these are matrices by themselves.'
    : 'This plan has 0 evaluation windows.'
  return (
    <section className="figure" aria-label="Perplexity">
      <header>
        <div>
          <h2>The whole model</h2>
          <p className="caption">
            Perplexity on text not used for calibration; lower is better prediction.
            {outlined && ` Outlined: the run before, ${run.earlier ? bitsWords(run.earlier.plan) : ''}.`}
            {cut && ' Bars with a torn end go on; their value is printed.'}
          </p>
        </div>
        <Download
          name="perplexity"
          csv={() => perplexityCsv(playground.store.getState().run)}
          disabled={!entries.length || skipped}
        />
      </header>
      {skipped ? (
        <p className="empty">{nothing}</p>
      ) : entries.length ? (
        <ul className="bars">
          {entries.map((entry) => (
            <Bar key={entry.name} entry={entry} max={max} layers={run.order.length} />
          ))}
        </ul>
      ) : (
        <p className="empty">Measured after the last layer.</p>
      )}
      {protocol(run) && !skipped && <p className="chip">{protocol(run)}</p>}
      {!skipped && <PerplexityTable entries={entries} />}
    </section>
  )
}

function Bar({ entry, max, layers }: { entry: PerplexityEntry; max: number; layers: number }) {
  const { name, title, perplexity, progress, earlier, above } = entry
  const value = perplexity?.value ?? earlier
  const share = value === undefined ? 0 : Math.min(1, value / max)
  const torn = value !== undefined && value > max
  const error = torn ? 0 : (perplexity?.standardError ?? 0) / max
  const kind = perplexity ? 'solid' : 'outline'
  return (
    <li className={recipeClass(name)}>
      <span className="name">
        <Glyph recipe={name} />
        <span className="visually-hidden">{title}</span>
        <span aria-hidden="true">{recipeShort(name)}</span>
      </span>
      <span className="track">
        {value !== undefined && (
          <span className={`bar ${kind}${torn ? ' torn' : ''}`} style={{ width: `${share * 100}%` }} />
        )}
        {error > 0 && (
          <span
            className="error-bar"
            style={{ left: `${Math.max(0, share - error) * 100}%`, width: `${Math.min(1.1, 2 * error) * 100}%` }}
          />
        )}
        {!perplexity && (
          <span className="pending">
            {progress
              ? `window ${progress.done} of ${progress.of}`
              : value === undefined
                ? `after layer ${layers}`
                : ''}
          </span>
        )}
      </span>
      <span className="value">
        {perplexity ? (
          <>
            <b>{significant(perplexity.value, 4)}</b> <span>{errorWords(perplexity)}</span>
            {above !== undefined && <i>{signedPercent(above)}</i>}
          </>
        ) : (
          earlier !== undefined && <span>{significant(earlier, 4)}</span>
        )}
      </span>
    </li>
  )
}
