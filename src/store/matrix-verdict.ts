// The sentence over the room Compare: who loses how much at which bits, and how many bits the yardstick would need more
// to match it. What the numbers do not say is left out.
import { challenger, LEVEL, reference } from './compare.ts'
import { paretoPoints, sizeAt } from './pareto.ts'
import { effectiveBitsOf, meanRelative, type RunRecord, type Scope } from './records.ts'
import type { Verdict } from './verdict.ts'
import { groupWords, percent, plural, recipeShort, recipeTitle, significant } from './wording.ts'

export interface Asked {
  recipes: readonly string[]
  bits: number
  group: number
}

const share = (value: number) => `${significant(value * 100, 3)}\u202f%`

/** @param records those in scope. `fixed`: those of a recording, which can have no more. */
export function compareVerdict(
  records: readonly RunRecord[],
  asked: Asked,
  scope: Scope | undefined,
  fixed = false,
): Verdict {
  const known = plural(records.length, 'result')
  const pair = pairOf(records, asked)
  if (!records.length || !scope)
    return {
      headline: ['Bits against loss, recipe by recipe.'],
      detail: fixed
        ? 'The recorded run shows its results here when it has solved its last layer.'
        : 'No results on this calibration yet. Every run leaves its own here; a cell of the matrix can be run by itself.',
    }
  const kept = fixed
    ? `${known} of the recorded run.`
    : `${known} on one calibration: a new cell costs seconds, not another pass over the text.`
  if (!pair) return { headline: [`${known} of ${records[0].model.name}.`], detail: kept }
  const { leading, yardstick } = pair
  const [loss, other] = [meanRelative(leading.layers), meanRelative(yardstick.layers)]
  const name = ({ recipe }: RunRecord) => ({ recipe, text: recipeTitle(recipe) })
  const where = leading.group === 0 ? '' : `, ${groupWords(leading.group)},`
  const level = Math.abs(loss / other - 1) <= LEVEL
  return {
    headline: [
      `At ${leading.bits} bits${where} `,
      name(leading),
      ` loses ${share(loss)} of the output energy, `,
      name(yardstick),
      level ? ' the same.' : ` ${share(other)}.`,
    ],
    detail: [level ? '' : matching(records, leading, yardstick, scope), kept].filter(Boolean).join(' '),
  }
}

/** Challenger and yardstick at the plan's bits; where one is missing there, at the fewest bits that have both. */
function pairOf(
  records: readonly RunRecord[],
  { recipes, bits, group }: Asked,
): { leading: RunRecord; yardstick: RunRecord } | undefined {
  const names = [...new Set([...recipes, ...records.map(({ recipe }) => recipe)])]
  const [against, leads] = [reference(names), challenger(names)]
  const find = (recipe: string | undefined, width: number) =>
    records.find((one) => one.recipe === recipe && one.bits === width && one.group === group && !one.layerBits)
  const widths = [...new Set(records.map((one) => one.bits))].sort((a, b) => a - b)
  for (const width of [bits, ...widths]) {
    const [leading, yardstick] = [find(leads, width), find(against, width)]
    if (leading && yardstick) return { leading, yardstick }
  }
  return undefined
}

/** 'GPTQ would need 0.05 bits more per weight to match it.' Empty where its points do not reach that far. */
function matching(records: readonly RunRecord[], leading: RunRecord, yardstick: RunRecord, scope: Scope): string {
  const points = paretoPoints(records, 'loss', scope)
  const [lower, higher] =
    meanRelative(leading.layers) < meanRelative(yardstick.layers) ? [leading, yardstick] : [yardstick, leading]
  const own = points.filter(({ recipe, mixed }) => recipe === higher.recipe && !mixed)
  const size = sizeAt(own, meanRelative(lower.layers))
  const more = size === undefined ? 0 : size - effectiveBitsOf(lower.layers)
  const gap = 1 - meanRelative(lower.layers) / meanRelative(higher.layers)
  const lead = `${recipeShort(lower.recipe)} is ${percent(gap)} lower.`
  if (size === undefined || more < 0.0005) return lead
  return `${lead} ${recipeShort(higher.recipe)} would need ${significant(more, more < 0.01 ? 1 : 2)} bits more per weight to match it.`
}
