// The odds of the next token at one place: this model's as bars, the unquantized model's as ticks, both as numbers.
import type { Odds, WrittenToken } from '../../../pipeline/generate-compare.ts'
import { percent, recipeShort } from '../../../store/wording.ts'
import type { Story } from '../../../store/writing.ts'

/** A token as a word: its spaces at the ends left out, line ends and lone spaces made visible. */
function tokenName(text: string): string {
  return text.replaceAll('\n', '↵').trim() || '␣'
}

interface Props {
  model: string
  token: WrittenToken
  place: number
  parting: number | undefined
  unquantized: Story
}

export function TokenOdds({ model, token, place, parting, unquantized }: Props) {
  const rows: readonly Odds[] = token.top.some(({ id }) => id === token.id)
    ? token.top
    : [{ ...token, text: token.text || String(token.id) }, ...token.top]
  const most = Math.max(...rows.flatMap((row) => [row.probability, row.unquantized ?? 0]))
  const scale = most > 0.5 ? 1 : most > 0.25 ? 0.5 : 0.25
  const name = recipeShort(model)
  const other = unquantized.tokens[place]
  const known = token.unquantized !== undefined
  return (
    <table className="odds">
      <caption>
        {place === parting && other
          ? `Here the unquantized model writes “${tokenName(other.top.find(({ id }) => id === other.id)?.text ?? other.text)}”.`
          : known
            ? 'Here both write the same.'
            : 'The texts differ before this place.'}
      </caption>
      <thead>
        <tr>
          <th scope="col">Token</th>
          <th scope="col">
            <span className="visually-hidden">Picture</span>
          </th>
          <th scope="col" className="n">
            {name}
          </th>
          <th scope="col" className="n">
            Unquant.
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className={row.id === token.id ? 'pick' : ''}>
            <th scope="row">{tokenName(row.text)}</th>
            <td>
              <span className="bar" aria-hidden="true">
                <i style={{ width: `${(100 * row.probability) / scale}%` }} />
                {row.unquantized !== undefined && <b style={{ left: `${(100 * row.unquantized) / scale}%` }} />}
              </span>
            </td>
            <td className="n">{percent(row.probability)}</td>
            <td className="n">{row.unquantized === undefined ? '–' : percent(row.unquantized)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
