// Composed recipes as text, for the address, the command line and events: `transform~grid~step+step`, each stage with
// options in parentheses: `frame(redundancy=1.1)~clip~gptq(order=activation)+greedy`. Grid `plan` is the plan's own.
import { grids } from './grids/index.ts'
import { named, optionValues, type OptionTable } from './options.ts'
import type { Recipe, StageChoice } from './recipes.ts'
import { steps } from './steps/index.ts'
import { transforms } from './transforms/index.ts'

/** Grid of a composed recipe that takes the plan's. */
export const PLANS_GRID = 'plan'

type Known = readonly { name: string; title: string; options: OptionTable }[]

/** Undefined where the text is no composed recipe at all. @throws RangeError naming the part that is wrong. */
export function parseRecipe(text: string): Recipe | undefined {
  if (!text.includes('~')) return undefined
  const parts = text.split('~')
  if (parts.length !== 3)
    throw new RangeError(`recipe '${text}' has ${parts.length} parts; a composed one is transform~grid~step+step`)
  const transform = parseStage('transform', transforms, parts[0])
  const grid = parts[1] === PLANS_GRID ? {} : { grid: parseStage('grid', grids, parts[1]) }
  return composed({ transform, ...grid, steps: parseSteps(parts[2], '+') })
}

/** A chain of steps. @throws RangeError naming the step or option that is wrong, or that has nothing to improve. */
export function parseSteps(text: string, separator: '+' | ','): StageChoice[] {
  const chain = text.split(separator).map((part) => parseStage('step', steps, part))
  const [first] = chain
  if (named('step', steps, first.name).refines)
    throw new RangeError(`a chain cannot begin with '${first.name}', which has no codes to improve`)
  return chain
}

/** `name` or `name(option=value;option=value)`. @throws RangeError naming what is wrong and what is known. */
export function parseStage(kind: string, known: Known, text: string): StageChoice {
  const match = /^([\w-]+)(?:\((.*)\))?$/.exec(text.trim())
  if (!match) throw new RangeError(`${kind} '${text}' is not of the form name(option=value;option=value)`)
  const { name, options: table } = named(kind, known, match[1])
  if (!match[2]) return { name }
  const options = Object.fromEntries(match[2].split(';').map((pair) => readOption(table, pair)))
  try {
    optionValues(table, options)
  } catch (error) {
    throw new RangeError(`${kind} '${name}': ${(error as Error).message}`, { cause: error })
  }
  return { name, options }
}

function readOption(table: OptionTable, pair: string): [string, number | string | boolean] {
  const [name, value = ''] = pair.split('=').map((part) => part.trim())
  const kind = Object.hasOwn(table, name) ? table[name].kind : 'choice'
  if (kind === 'flag') return [name, value === 'true' ? true : value === 'false' ? false : value]
  return [name, kind === 'choice' || value === '' ? value : Number(value)]
}

/** A recipe of these stages, named by its text. */
export function composed(stages: Pick<Recipe, 'transform' | 'grid' | 'steps'>): Recipe {
  const { transform, grid, steps: chain } = stages
  const title = (known: Known, { name, options }: StageChoice) =>
    named('stage', known, name).title + (options ? ` (${Object.values(options).join(', ')})` : '')
  const titles = [
    ...(transform.name === 'none' ? [] : [title(transforms, transform)]),
    ...(grid ? [title(grids, grid)] : []),
    chain.map((step) => title(steps, step)).join(' → '),
  ]
  return {
    name: recipeText(stages),
    title: titles.join(' · '),
    short: titles.join(' · '),
    family: 'composed',
    ...stages,
  }
}

/** The text that `parseRecipe` reads. */
export function recipeText({ transform, grid, steps: chain }: Pick<Recipe, 'transform' | 'grid' | 'steps'>): string {
  return [stageText(transform), grid ? stageText(grid) : PLANS_GRID, chain.map(stageText).join('+')].join('~')
}

function stageText({ name, options = {} }: StageChoice): string {
  const pairs = Object.entries(options).map(([option, value]) => `${option}=${value}`)
  return pairs.length ? `${name}(${pairs.join(';')})` : name
}
