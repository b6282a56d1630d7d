// The ids of a tokenizer.json, looked at before lists of that length are made.
import { InputError } from '../formats/errors.ts'

/** Ids may leave gaps, of so many places more than there are tokens. */
const GAPS = 1 << 16

/** @throws InputError when an id is no whole number, or far beyond the number of tokens. */
export function checkIds(json: Readonly<Record<string, unknown>>): void {
  const { model, added_tokens: added } = json
  const vocab = typeof model === 'object' && model !== null ? (model as { vocab?: unknown }).vocab : undefined
  const isTable = typeof vocab === 'object' && vocab !== null && !Array.isArray(vocab)
  const ids: [token: string, id: unknown][] = isTable ? Object.entries(vocab) : []
  const unnumbered = Array.isArray(vocab) ? vocab.length : 0
  for (const token of Array.isArray(added) ? (added as unknown[]) : []) {
    const { content, id } = (token ?? {}) as { content?: unknown; id?: unknown }
    ids.push([typeof content === 'string' ? content : 'of no text', id])
  }
  const most = 4 * (ids.length + unnumbered) + GAPS
  for (const [token, id] of ids)
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= most)
      throw new InputError(
        `tokenizer.json: token '${token.slice(0, 40)}' has the id ${JSON.stringify(id) ?? 'none'}; ` +
          `its ${ids.length + unnumbered} tokens have whole numbers below ${most}`,
      )
}
