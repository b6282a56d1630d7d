// Sentences of the bit budget, out of its numbers.
import type { MixNumbers } from './budget-choices.ts'
import type { Verification } from './budget-desk.ts'
import { LEVEL } from './compare.ts'
import { errorWords } from './perplexity.ts'
import { count, percent, plural, recipeTitle, significant } from './wording.ts'

const THIN = '\u202f'

/** '1.90 %' */
export function lossWords(share: number): string {
  return `${significant(100 * share, 3)}${THIN}%`
}

/** '3.30' */
export function bitsText(effectiveBits: number): string {
  return effectiveBits.toFixed(2)
}

/** '351 kB' */
export function sizeWords(bytes: number): string {
  const unit = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return `${significant(bytes / 1000 ** unit, 3)} ${['bytes', 'kB', 'MB', 'GB'][unit]}`
}

export interface Uniform {
  bits: number
  numbers: MixNumbers
}

/** Costs nearer than this print alike. */
const SAME_BITS = 0.005

/** The mix against the same bits everywhere, of the width whose cost is nearest. Empty where none was measured. */
export function againstUniform(mix: MixNumbers, uniforms: readonly Uniform[]): string {
  const away = ({ numbers }: Uniform) => Math.abs(numbers.effectiveBits - mix.effectiveBits)
  const [nearest] = uniforms.toSorted((a, b) => away(a) - away(b))
  if (!nearest) return ''
  const { bits, numbers } = nearest
  const more = numbers.effectiveBits - mix.effectiveBits
  const ratio = mix.meanLoss / numbers.meanLoss
  const level = Math.abs(ratio - 1) <= LEVEL
  if (level && away(nearest) < SAME_BITS) return `This is what ${bits} bits everywhere cost and lose.`
  const cost =
    away(nearest) < SAME_BITS
      ? `also costs ${bitsText(numbers.effectiveBits)}`
      : `costs ${bitsText(Math.abs(more))} ${more > 0 ? 'more' : 'less'} per weight`
  const change = percent(Math.abs(ratio - 1)).replace(/\.0(?=\D)/, '')
  const turn = level ? 'the same' : `${change} ${ratio < 1 ? 'less' : 'more'}`
  return `${bits} bits everywhere ${cost} and loses ${lossWords(numbers.meanLoss)}: this mix loses ${turn}.`
}

/** Beyond this the measured loss is not what was predicted. */
export const AGREES = 0.01

/** What the run of a mix says of its prediction. */
export function verificationWords({ predicted, measured, perplexity, unquantized }: Verification): string {
  if (measured === undefined) return ''
  const apart = predicted === 0 ? Number(measured !== 0) : measured / predicted - 1
  const both = `Predicted ${significant(100 * predicted, 4)}${THIN}%, measured ${significant(100 * measured, 4)}${THIN}%`
  const verdict =
    apart === 0
      ? 'equal to the last digit'
      : Math.abs(apart) <= AGREES
        ? `${percent(Math.abs(apart))} apart`
        : `${percent(Math.abs(apart))} apart, more than 1${THIN}%: the kept losses are of another device or version`
  const whole = perplexity
    ? ` Perplexity ${[significant(perplexity.value, 4), errorWords(perplexity)].filter(Boolean).join(' ')}` +
      (unquantized ? `, unquantized ${significant(unquantized.value, 4)}` : '') +
      ` (${plural(perplexity.windows, 'window')} of ${count(perplexity.window)} tokens).`
    : ''
  return `${both}: ${verdict}.${whole}`
}

/** '2, 3, 4 and 8 bits' */
export function measuredWords(recipe: string, widths: readonly number[]): string {
  const all = widths.map(String)
  const list = all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
  return `Each loss was measured with ${recipeTitle(recipe)} at ${list} bits, none is estimated.`
}
