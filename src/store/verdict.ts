// The sentence over the figures, computed from the numbers: it says who is lower, by how much, and where not.
import type { Plan } from '../pipeline/plan.ts'
import type { Recipe } from '../quantize/recipes.ts'
import { challenger, compareLayers, type Comparison, focusLayer, LEVEL, ratio, reference } from './compare.ts'
import { bitsWords } from './mix.ts'
import type { Run } from './run.ts'
import {
  count,
  knownRecipe,
  layerName,
  list,
  percent,
  plural,
  recipeShort,
  recipeTitle,
  significant,
} from './wording.ts'

/** Plain text, or a recipe's name in its own colour. */
export type Word = string | { recipe: string; text: string }

export interface Verdict {
  headline: readonly Word[]
  detail: string
}

const named = (recipe: string): Word => ({ recipe, text: recipeTitle(recipe) })

/** Lower by: 1 − ratio, or from the other side 1 − 1 / ratio, always positive. */
const gap = (value: number) => percent(1 - Math.min(value, 1 / value))

/** What stands there before the first run. */
export function invitation(model: string | undefined, layers: number, plan: Plan): Verdict {
  if (model === undefined) return { headline: ['Opening the model.'], detail: '' }
  const first = plan.recipes.length === 1 ? plan.recipes.map(named) : [`${plan.recipes.length} recipes`]
  return {
    headline: [`${model} is open: `, ...first, ` for its ${plural(layers, 'layer')} at ${bitsWords(plan)}.`],
    detail: 'Run starts it, Step solves one layer at a time.',
  }
}

/** @param layer The layer in view; by default the one the page turns to by itself. */
export function verdict(run: Run, layer = focusLayer(run)): Verdict {
  const names = run.plan?.recipes ?? []
  const yardstick = reference(names)
  const leading = challenger(names)
  const over = run.phase === 'evaluating' || run.phase === 'finished'
  if (!yardstick || !run.order.length) return { headline: ['Rounding a model, layer by layer.'], detail: '' }
  if (!leading) return alone(run, yardstick)
  const whole = compareLayers(run, leading, yardstick)
  if (over && whole)
    return { headline: conclusion(leading, yardstick, whole), detail: closing(run, leading, yardstick, whole) }
  const state = layer === undefined ? undefined : run.layers[layer]
  const here = ratio(state, leading, yardstick)
  if (here === undefined || layer === undefined || !state)
    return whole
      ? { headline: conclusion(leading, yardstick, whole, ' so far'), detail: fairness(run) }
      : { headline: beginning(run), detail: fairness(run) }
  const others = compareLayers(run, leading, yardstick, layer)
  const moving = !state.results[leading]
  return {
    headline: [...inThisLayer(leading, yardstick, here, moving), ...elsewhere(leading, here, moving, others), '.'],
    detail: [average(others), fairness(run)].filter(Boolean).join(' '),
  }
}

function beginning(run: Run): Word[] {
  if (run.phase === 'waiting') return ['Ready to quantize.']
  if (run.phase === 'calibrating') return ['First the model reads, and each layer’s inputs are measured.']
  return ['Solving the first layer.']
}

function inThisLayer(leading: string, yardstick: string, here: number, moving: boolean): Word[] {
  if (Math.abs(here - 1) <= LEVEL) return [named(leading), ' and ', named(yardstick), ' are level in this layer']
  if (here < 1) return [named(leading), ` is ${gap(here)} below `, named(yardstick), ' in this layer']
  if (moving) return [named(leading), ` is still ${percent(here - 1)} above `, named(yardstick), ' in this layer']
  return [named(yardstick), ` is ${gap(here)} below `, named(leading), ' in this layer']
}

/** The clause on the other layers: ', and lower in all 18 others'. */
function elsewhere(leading: string, here: number, moving: boolean, others: Comparison | undefined): Word[] {
  if (!others) return []
  const { layers, lower, level } = others
  const of = (part: number) =>
    layers === 1
      ? 'the other one'
      : part === layers
        ? `all ${count(layers)} others`
        : `${count(part)} of the ${count(layers)} others`
  if (Math.abs(here - 1) <= LEVEL) {
    if (lower) return ['; ', named(leading), ` is lower in ${of(lower)}`]
    return level === layers ? [`, as in ${of(layers)}`] : ['; ', named(leading), ` is higher in ${of(layers - level)}`]
  }
  if (here < 1) return lower ? [`, and lower in ${of(lower)}`] : [`, but in none of the others`]
  if (moving) return lower ? [`, but below it in ${of(lower)}`] : [`, as in ${of(layers - level || layers)}`]
  if (lower) return [', but ', named(leading), ` is lower in ${of(lower)}`]
  return level < layers ? [`, and lower in ${of(layers - level)}`] : [', and level with it in ' + of(layers)]
}

function average(others: Comparison | undefined): string {
  if (!others || others.layers < 2) return ''
  const { mean, least, most, layers } = others
  const over = `On average over those ${count(layers)} layers`
  if (Math.abs(mean - 1) <= LEVEL) return `${over} the two are level.`
  const worst = least.ratio > 1 + LEVEL ? `${percent(least.ratio - 1)} above` : gap(least.ratio)
  if (mean < 1) return `${over} ${gap(mean)} lower, least in ${layerName(least.facts)} (${worst}).`
  const best = most.ratio < 1 - LEVEL ? `, lowest in ${layerName(most.facts)} (${gap(most.ratio)} below)` : ''
  return `${over} ${percent(mean - 1)} higher, most in ${layerName(least.facts)} (${worst})${best}.`
}

function conclusion(leading: string, yardstick: string, all: Comparison, when = ''): Word[] {
  const { layers, lower, level, mean } = all
  if (level === layers || (lower === 0 && Math.abs(mean - 1) <= LEVEL))
    return [named(leading), ' and ', named(yardstick), ` are level in all ${plural(layers, 'layer')}${when}.`]
  if (lower === 0)
    return [
      named(yardstick),
      ` is below `,
      named(leading),
      ` in ${share(layers - level, layers)}${when}, by ${gap(mean)} on average.`,
    ]
  const head: Word[] = [named(leading), ' is below ', named(yardstick), ` in ${share(lower, layers)}${when}`]
  if (Math.abs(mean - 1) <= LEVEL) return [...head, ', and level with it on average.']
  const higher = layers - lower - level
  if (mean < 1 && lower < higher)
    return [
      ...[named(leading), ` is ${gap(mean)} below `, named(yardstick)],
      ` on average${when}, but above it in ${share(higher, layers)}.`,
    ]
  if (mean > 1) return [...head, `, but ${percent(mean - 1)} above it on average.`]
  return [...head, `, by ${gap(mean)} on average.`]
}

function share(part: number, whole: number): string {
  if (part === whole) return whole === 1 ? 'the one layer' : `all ${count(whole)} layers`
  return `${count(part)} of ${plural(whole, 'layer')}`
}

/** Extremes, the lowest recipe overall, and perplexities once they are there. */
function closing(run: Run, leading: string, yardstick: string, all: Comparison): string {
  const sentences: string[] = []
  if (all.layers > 1 && all.lower > 0) {
    const { most, least } = all
    const small = least.ratio < 1 ? `least in ${layerName(least.facts)} (${gap(least.ratio)})` : ''
    const above =
      least.ratio > 1 + LEVEL ? `above it most in ${layerName(least.facts)} (${percent(least.ratio - 1)})` : small
    sentences.push(`Most in ${layerName(most.facts)} (${gap(most.ratio)})${above ? `, ${above}` : ''}.`)
  }
  const means = (run.plan?.recipes ?? [])
    .filter((name) => name !== yardstick)
    .flatMap((name) => {
      const mean = compareLayers(run, name, yardstick)?.mean
      return mean === undefined ? [] : [{ name, mean }]
    })
    .sort((a, b) => a.mean - b.mean)
  if (means.length > 1 && means[0].name !== leading && means[0].mean < 1 - LEVEL)
    sentences.push(
      `Lowest on average: ${recipeTitle(means[0].name)}, ${gap(means[0].mean)} below ${recipeShort(yardstick)}.`,
    )
  const { unquantized } = run.perplexity
  const known = [leading, yardstick].filter((name) => run.perplexity[name])
  if (unquantized && known.length === 2) {
    const [own, other] = known.map((name) => run.perplexity[name])
    const within = Math.abs(own.value - other.value) <= Math.max(own.standardError ?? 0, other.standardError ?? 0)
    const against = known.map((name) => perplexityOf(run, name)).join(' against ')
    const apart = within ? ', less than one standard error apart' : ''
    sentences.push(`Perplexity ${against}${apart}; unquantized ${significant(unquantized.value, 4)}.`)
  }
  sentences.push(fairness(run))
  return sentences.filter(Boolean).join(' ')
}

const perplexityOf = (run: Run, name: string) => `${significant(run.perplexity[name].value, 4)} (${recipeShort(name)})`

const bringsLevels = (recipe: Recipe | undefined) =>
  recipe !== undefined && (recipe.grid !== undefined || recipe.transform.name !== 'none')

/** What every recipe of the run shares. */
function fairness(run: Run): string {
  if (run.bare && (run.plan?.recipes.length ?? 0) > 1) return bareFairness(run.bare.withInputs, run.order.length)
  const tokens = run.calibration?.tokens
  if (!tokens || (run.plan?.recipes.length ?? 0) < 2) return ''
  const names = run.plan?.recipes ?? []
  const own = names.filter((name) => bringsLevels(knownRecipe(name)))
  const levels = own.length && own.length < names.length ? ` Levels of their own: ${list(own.map(recipeTitle))}.` : ''
  if (run.plan?.mode === 'faithful')
    return `Faithful: every recipe on the Hessians of its own quantized model, over the same ${count(tokens)} tokens.${levels}`
  return `Same ${own.length ? '' : 'grid, same '}Hessian, same ${count(tokens)} tokens for every recipe.${levels}`
}

/** Without a model nobody knows the inputs, but for those that were given. */
function bareFairness(withInputs: number, matrices: number): string {
  if (!withInputs) return 'H = I for every recipe: the loss is plain rounding error.'
  const rest = ` for ${count(withInputs)} of ${plural(matrices, 'layer')}, H = I for the others`
  return `Same Hessian for every recipe: of the inputs given${withInputs === matrices ? '' : rest}.`
}

/** One recipe only: nothing to compare, so its own loss. */
function alone(run: Run, recipe: string): Verdict {
  const losses = run.order.flatMap((layer) => run.layers[layer].results[recipe]?.relative ?? [])
  if (!losses.length) return { headline: beginning(run), detail: '' }
  const mean = losses.reduce((sum, value) => sum + value, 0) / losses.length
  const over = `, on average over ${plural(losses.length, 'layer')}`
  return {
    headline: [named(recipe), ` loses ${significant(mean * 100, 3)}\u202f% of a layer’s output energy${over}.`],
    detail: 'Choose a second recipe to compare it with.',
  }
}
