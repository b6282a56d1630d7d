// The same prompt continued by the unquantized model and by recipes: every token with the odds of both while they have written the same,
// and the place of the first difference.
import type { Checkpoint } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { Model, Substitute } from '../model/model.ts'
import { generate, type Ending } from './generate.ts'
import { probabilities, top } from './generate-sample.ts'
import { openPrompt, TokenTexts, type Prompting } from './generate-text.ts'

export interface WritePlan {
  prompt: string
  /** Recipe names; the unquantized model writes first whatever they are. */
  recipes: readonly string[]
  /** New tokens, at most. */
  tokens: number
  /** 0: always the likeliest token. */
  temperature: number
  seed: number
}

/** Probabilities are those of the models themselves, at temperature 1. */
export interface Odds {
  id: number
  text: string
  probability: number
  /** What the unquantized model gives this token after the same text; absent once the texts differ. */
  unquantized?: number
}

/** A token of a continuation. Its own text is what the whole text grows by. */
export interface WrittenToken extends Odds {
  /** The model's three likeliest tokens, likeliest first; where the texts part, then the one the unquantized model wrote there. */
  top: Odds[]
}

export interface Written {
  ids: number[]
  /** What comes behind the prompt. */
  text: string
  ending: Ending
  /** Tokens before the first that is not the unquantized model's; absent where there is none. */
  agreed?: number
}

export type WriteEvent =
  /** What every model continues. */
  | { event: 'prompt'; ids: number[]; text: string }
  | { event: 'token'; model: string; token: WrittenToken }
  | ({ event: 'written'; model: string } & Written)

export interface Writing {
  gpu: Gpu
  model: Model
  checkpoint: Checkpoint
  /** Other weights of a recipe. */
  substitute(recipe: string): Substitute
}

/** Tokens that each model may be asked for. */
export const MOST_TOKENS = 1000
/** Odds of the unquantized model that are kept for comparison. */
const KEPT_BYTES = 2 ** 28

/** @throws InputError naming the first thing that is not allowed. */
export function checkWritePlan({ tokens, temperature, seed }: WritePlan): void {
  if (!Number.isInteger(tokens) || tokens < 1 || tokens > MOST_TOKENS)
    throw new InputError(`tokens is ${tokens}; allowed: whole numbers from 1 to ${MOST_TOKENS}`)
  if (!(temperature >= 0 && temperature <= 5))
    throw new InputError(`temperature is ${temperature}; allowed: 0 (always the likeliest token) to 5`)
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new InputError(`seed is ${seed}; allowed: whole numbers from 0 to ${2 ** 32 - 1}`)
}

/** Lets every model write, one after the other. @throws InputError for a plan or prompt that cannot be used. */
export async function* write(writing: Writing, plan: WritePlan): AsyncGenerator<WriteEvent> {
  checkWritePlan(plan)
  const { model, checkpoint } = writing
  const prompting = openPrompt(checkpoint, plan.prompt, model.facts.vocabulary)
  yield { event: 'prompt', ids: [...prompting.ids], text: plan.prompt }
  const unquantized: Kept = { ids: [], logits: [] }
  yield* continuation(writing, plan, prompting, 'unquantized', unquantized)
  for (const recipe of plan.recipes) yield* continuation(writing, plan, prompting, recipe, unquantized)
}

/** What the unquantized model wrote, and the logits it picked from, as far as they are kept. */
interface Kept {
  ids: number[]
  logits: Float32Array[]
}

async function* continuation(
  { gpu, model, substitute }: Writing,
  { tokens, temperature, seed }: WritePlan,
  { tokenizer, ids: prompt, ends }: Prompting,
  name: string,
  unquantized: Kept,
): AsyncGenerator<WriteEvent> {
  const first = name === 'unquantized'
  const texts = new TokenTexts(tokenizer, prompt)
  const written: Omit<Written, 'ending'> = { ids: [], text: '' }
  const most = Math.floor(KEPT_BYTES / (4 * model.facts.vocabulary))
  const source = generate(gpu, model, prompt, {
    tokens,
    temperature,
    seed,
    ends,
    substitute: first ? undefined : substitute(name),
  })
  let finished = false
  try {
    for (;;) {
      const { value, done } = await source.next()
      if (done) {
        finished = true
        yield { event: 'written', model: name, ...written, ending: value }
        return
      }
      const { id, logits } = value
      const place = written.ids.length
      const same = first || written.agreed === undefined
      const beside = same && !first ? unquantized.logits[place] : undefined
      if (first) {
        unquantized.ids.push(id)
        if (place < most) unquantized.logits.push(logits)
      } else if (same && id !== unquantized.ids[place]) written.agreed = place
      const text = ends.includes(id) ? '' : texts.add(id)
      written.ids.push(id)
      written.text += text
      const oddsOf = oddsFrom(logits, beside)
      const likely = top(logits, 3)
      const other = unquantized.ids[place]
      if (written.agreed === place && other !== undefined && !likely.includes(other)) likely.push(other)
      const named = likely.map((one) => ({ text: tokenizer.decode([one]), ...oddsOf(one) }))
      yield { event: 'token', model: name, token: { text, ...oddsOf(id), top: named } }
    }
  } finally {
    if (!finished) await source.return('limit')
  }
}

function oddsFrom(logits: Float32Array, beside: Float32Array | undefined): (id: number) => Omit<Odds, 'text'> {
  const own = probabilities(logits)
  const others = beside && probabilities(beside)
  return (id) => ({ id, probability: own[id], ...(others && { unquantized: others[id] }) })
}
