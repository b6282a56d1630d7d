// `recipes`: every preset with its stages, their options, defaults and sources, then every stage, as JSON lines.
import { InputError } from '../formats/errors.ts'
import { grids } from '../quantize/grids/index.ts'
import { named, type OptionTable } from '../quantize/options.ts'
import { recipes, type StageChoice } from '../quantize/recipes.ts'
import type { Source } from '../quantize/stage.ts'
import { steps } from '../quantize/steps/index.ts'
import { transforms } from '../quantize/transforms/index.ts'
import { printLine } from './output.ts'

interface Described {
  name: string
  title: string
  summary: string
  formula: string
  source: Source
  options: OptionTable
}

const kinds: Record<'transform' | 'grid' | 'step', readonly Described[]> = {
  transform: transforms,
  grid: grids,
  step: steps,
}

export async function recipesCommand(args: string[]): Promise<void> {
  if (args.length) throw new InputError(`recipes takes no argument, '${args[0]}' given`)
  for (const { name, title, family, source, transform, grid, steps: chain } of recipes)
    await printLine({
      event: 'recipe',
      name,
      title,
      family,
      ...(source && { source }),
      transform: chosen('transform', transform),
      grid: grid ? chosen('grid', grid) : "the plan's",
      steps: chain.map((step) => chosen('step', step)),
    })
  for (const [kind, stages] of Object.entries(kinds))
    for (const { name, title, summary, formula, source, options } of stages)
      await printLine({ event: 'stage', kind, name, title, summary, formula, source, options })
}

/** A stage with the value of every option: what the preset fixes, else the default. */
function chosen(kind: keyof typeof kinds, { name, options = {} }: StageChoice) {
  const stage = named(kind, kinds[kind], name)
  const values = Object.fromEntries(
    Object.entries(stage.options).map(([option, { default: usual }]) => [option, options[option] ?? usual]),
  )
  return { name, options: values, source: stage.source }
}
