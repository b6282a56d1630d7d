// Faithful mode, as GPTQ and QuantEase run: every recipe has hidden states of its own. Block by block its Hessians come
// from the model whose earlier blocks it has quantized, the block itself still unquantized; then it solves the block,
// and its states pass the block with its weights. Losses of one layer are then on another H for every recipe.
// With a correction (QEP) the states of the unquantized model run beside.
import { Scope } from '../gpu/scope.ts'
import { checkAdapter } from '../model/memory.ts'
import type { Block } from '../model/model.ts'
import { capture } from './capture.ts'
import type { RunEvent } from './events.ts'
import type { Plan } from './plan.ts'
import { relabel } from './relabel.ts'
import type { RunInputs } from './run.ts'
import type { Solutions } from './solutions.ts'
import { solveBlock } from './solve-block.ts'
import { embed, States, type SeenAndHeldOut } from './states.ts'

export async function* faithful(
  inputs: RunInputs,
  plan: Plan,
  windows: SeenAndHeldOut,
  solutions: Solutions,
): AsyncGenerator<RunEvent> {
  const { gpu, model } = inputs
  checkAdapter(model, gpu.adapter)
  using scope = new Scope(gpu)
  const own = plan.recipes.map(() => scope.own(new States(gpu, model, windows)))
  const unquantized = plan.correction > 0 ? scope.own(new States(gpu, model, { ...windows, heldOut: [] })) : undefined
  const forward = scope.own(model.forward(gpu, own[0]))
  await embed(gpu, forward, unquantized ? [...own, unquantized] : own)
  for (let block = 0; block < model.facts.blocks; block++) {
    for (const [i, recipe] of plan.recipes.entries()) {
      const captured = yield* (async function* () {
        // The weights of two or three blocks, freed before the block is solved.
        using passes = new Scope(gpu)
        const pass = passes.own(await forward.block(block))
        // States wait before a block until what they pass next is known: the recipe's weights for it.
        let before: Block | undefined
        let beside: { states: States; before?: Block } | undefined
        if (block > 0) {
          before = passes.own(await forward.block(block - 1, solutions.substitute(gpu, recipe)))
          // The unquantized states move on once for all recipes. Before the first block nothing has drifted.
          if (unquantized) beside = { states: unquantized }
          if (beside && i === 0) beside.before = passes.own(await forward.block(block - 1))
        }
        const given = { gpu, model, block, states: own[i], pass, waiting: { before }, unquantized: beside }
        return yield* relabel(capture(given), (progress): RunEvent => ({
          event: 'calibrating',
          block,
          recipe,
          ...progress,
        }))
      })()
      yield* solveBlock(inputs, plan, block, captured, solutions, recipe)
    }
  }
}
