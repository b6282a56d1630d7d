// Composing a recipe: a draft of stages becomes a preset where one has the same stages, else a recipe named by its
// text; what is wrong with a draft, and which published recipe is nearest to it.
import { grids } from '../quantize/grids/index.ts'
import { named, type OptionTable } from '../quantize/options.ts'
import { composed } from '../quantize/recipe-text.ts'
import { recipes, type Family, type Recipe, type StageChoice } from '../quantize/recipes.ts'
import { steps } from '../quantize/steps/index.ts'
import { transforms } from '../quantize/transforms/index.ts'
import { list } from './wording.ts'

/** The stages of a recipe being composed; no grid: the plan's. */
export type Draft = Pick<Recipe, 'transform' | 'grid' | 'steps'>

export type OptionValue = number | string | boolean

export const familyTitles: Readonly<Record<Family, string>> = {
  nearest: 'Rounding',
  gptq: 'GPTQ',
  descent: 'Coordinate descent',
  'block descent': 'Block descent',
  scaling: 'Channel scaling',
  incoherence: 'Incoherence',
  frames: 'Frames',
  composed: 'Composed here',
}

export const emptyDraft: Draft = { transform: { name: 'none' }, steps: [] }

export function draftOf({ transform, grid, steps: chain }: Recipe): Draft {
  return { transform, ...(grid && { grid }), steps: chain }
}

/** A stage with one option set; options at their default are left out, so that equal stages have equal texts. */
export function withOption(
  { name, options }: StageChoice,
  table: OptionTable,
  option: string,
  value: OptionValue,
): StageChoice {
  const next = Object.entries({ ...options, [option]: value }).filter(([key, given]) => table[key].default !== given)
  return next.length ? { name, options: Object.fromEntries(next) } : { name }
}

/** The preset with these stages, else a composed recipe. */
export function recipeOf(draft: Draft): Recipe {
  return recipes.find((recipe) => textOf(draftOf(recipe)) === textOf(draft)) ?? composed(draft)
}

/** Why a draft cannot run; empty when it can. `chosen` are the recipes of the plan. */
export function draftProblems(draft: Draft, chosen: readonly string[]): string[] {
  const [first] = draft.steps
  if (!first) return ['A recipe needs at least one step.']
  const starters = steps.filter(({ refines }) => !refines).map(({ name }) => name)
  if (named('step', steps, first.name).refines)
    return [
      `${first.name} improves codes, and a chain that begins with it has none. Begin with ${list(starters).replace(' and ', ' or ')}.`,
    ]
  const late = draft.steps.slice(1).find(({ name }) => starters.includes(name))
  const lost = late && `${late.name} rounds anew and forgets what the steps before it found. Put it first.`
  const twice = chosen.includes(recipeOf(draft).name) ? 'This recipe is in the plan already.' : undefined
  return [lost, twice].filter((problem) => problem !== undefined)
}

/** The preset with the fewest different stages, and the differences in words. */
export function nearestPreset(draft: Draft): { recipe: Recipe; differences: string[] } {
  const all = recipes.map((recipe) => ({ recipe, differences: differences(draft, recipe) }))
  return all.reduce((best, one) => (one.differences.length < best.differences.length ? one : best))
}

function differences(draft: Draft, recipe: Recipe): string[] {
  const found: string[] = []
  if (draft.transform.name !== recipe.transform.name)
    found.push(`transform ${draft.transform.name}, not ${recipe.transform.name}`)
  const gridName = ({ grid }: Draft) => grid?.name ?? 'of the plan'
  if (gridName(draft) !== gridName(recipe)) found.push(`grid ${gridName(draft)}, not ${gridName(recipe)}`)
  const [ours, theirs] = [draft, recipe].map(({ steps: chain }) => chain.map(({ name }) => name))
  for (const name of theirs) if (!ours.includes(name)) found.push(`no ${name}`)
  for (const name of ours) if (!theirs.includes(name)) found.push(`${name} added`)
  if (!found.length && textOf(draft) !== textOf(recipe)) found.push('other options')
  return found
}

function textOf(draft: Draft): string {
  const plain = (known: readonly { name: string; options: OptionTable }[], choice: StageChoice): StageChoice => {
    const table = named('stage', known, choice.name).options
    return Object.entries(choice.options ?? {}).reduce<StageChoice>(
      (stage, [option, value]) => withOption(stage, table, option, value),
      { name: choice.name },
    )
  }
  return composed({
    transform: plain(transforms, draft.transform),
    ...(draft.grid && { grid: plain(grids, draft.grid) }),
    steps: draft.steps.map((step) => plain(steps, step)),
  }).name
}
