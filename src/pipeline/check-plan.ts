// A plan is checked before anything runs: every refusal states the value and what is allowed.
import { InputError } from '../formats/errors.ts'
import { grids } from '../quantize/grids/index.ts'
import { TENSOR } from '../quantize/problem.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import type { LayerFacts } from './events.ts'
import type { Plan } from './plan.ts'

function whole(name: string, value: number, min: number, max: number) {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new InputError(`${name} is ${value}; allowed: whole numbers from ${min} to ${max}`)
}

function between(name: string, value: number, min: number, max: number) {
  if (!(value >= min && value <= max)) throw new InputError(`${name} is ${value}; allowed: ${min} to ${max}`)
}

/** @throws InputError naming the first thing that cannot run. */
export function checkPlan(plan: Plan, layers: readonly Pick<LayerFacts, 'layer' | 'columns'>[]): void {
  if (plan.recipes.length === 0) throw new InputError('the plan has no recipe; choose at least one')
  if (new Set(plan.recipes).size < plan.recipes.length)
    throw new InputError(`the plan names a recipe twice: ${plan.recipes.join(', ')}`)
  try {
    plan.recipes.forEach(recipeNamed)
  } catch (error) {
    throw new InputError((error as Error).message)
  }
  if (!grids.some((grid) => grid.name === plan.grid))
    throw new InputError(`unknown grid '${plan.grid}'; known: ${grids.map((grid) => grid.name).join(', ')}`)
  whole('bits', plan.bits, 2, 8)
  checkLayerBits(plan, layers)
  if (plan.group !== TENSOR) whole('group', plan.group, 0, 1e6)
  whole('window', plan.window, 2, 1e6)
  whole('samples', plan.samples, 1, 1e6)
  whole('held-out windows', plan.heldOut, 0, 1e6)
  whole('seed', plan.seed, 0, 2 ** 32 - 1)
  whole('windows', plan.windows, 0, 1e6)
  if (!(plan.damp > 0 && plan.damp <= 1)) throw new InputError(`damp is ${plan.damp}; allowed: above 0, up to 1`)
  between('eigen clip', plan.eigenClip, 0, 0.5)
  between('eigen threshold', plan.eigenThreshold, 0, 1e6)
  between('correction', plan.correction, 0, 1)
  if (plan.correction > 0 && plan.mode === 'quick')
    throw new InputError(`correction is ${plan.correction}; it needs the faithful mode, where earlier errors are seen`)
  if (plan.correction > 0) checkCorrection(plan)
  const narrow = layers.filter(({ columns }) => plan.group > columns)
  if (narrow.length)
    throw new InputError(
      `group ${plan.group} is larger than the ${narrow[0].columns} columns of ${narrow[0].layer}` +
        (narrow.length > 1 ? ` (and of ${narrow.length - 1} more layers)` : ''),
    )
}

function checkLayerBits({ layerBits = {} }: Plan, layers: readonly Pick<LayerFacts, 'layer'>[]): void {
  const known = new Set(layers.map(({ layer }) => layer))
  for (const [layer, bits] of Object.entries(layerBits)) {
    if (!known.has(layer))
      throw new InputError(`bits are given for ${layer}, which is not among the ${known.size} layers of the model`)
    whole(`bits of ${layer}`, bits, 2, 8)
  }
}

/** The correction is a gradient on the true H. */
function checkCorrection({ correction, eigenClip, eigenThreshold }: Plan): void {
  if (eigenClip > 0 || eigenThreshold > 0)
    throw new InputError(
      `correction is ${correction} with eigenvalues clipped (eigen clip ${eigenClip}, eigen threshold ` +
        `${eigenThreshold}); it would be too strong where H is lowered: use one of the two`,
    )
}
