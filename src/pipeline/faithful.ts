// Faithful mode, as GPTQ and QuantEase run: every recipe has hidden states of its own. Block by block its Hessians come
// from the model whose earlier blocks it has quantized, the block itself still unquantized; then it solves the block,
// and its states pass the block with its weights. Losses of one layer are then on another H for every recipe.
// With a correction (QEP) the states of the unquantized model run beside.
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { checkAdapter } from '../model/memory.ts'
import type { Forward, Model, Substitute } from '../model/model.ts'
import { capture, type CapturedHessian, type WindowProgress } from './capture.ts'
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
  {
    // Before the first block nothing is quantized: its Hessians are those of all recipes.
    const first = captureOwn({ gpu, model, forward, block: 0, states: own[0] })
    const captured = yield* relabel(first, (progress): RunEvent => ({ event: 'calibrating', block: 0, ...progress }))
    yield* solveBlock(inputs, plan, 0, captured, solutions)
  }
  for (let block = 1; block < model.facts.blocks; block++) {
    for (const [i, recipe] of plan.recipes.entries()) {
      const substitute = solutions.substitute(gpu, recipe)
      // The unquantized states move on once for all recipes.
      const beside = unquantized && { states: unquantized, move: i === 0 }
      const captured = yield* relabel(
        captureOwn({ gpu, model, forward, block, states: own[i], substitute, beside }),
        (progress): RunEvent => ({ event: 'calibrating', block, recipe, ...progress }),
      )
      yield* solveBlock(inputs, plan, block, captured, solutions, recipe)
    }
  }
}

interface Own {
  gpu: Gpu
  model: Model
  forward: Forward
  block: number
  states: States
  /** The recipe's weights, for the block before; absent where there is none. */
  substitute?: Substitute
  beside?: { states: States; move: boolean } | undefined
}

/**
 * States wait before a block until the weights they pass it with are known: here they pass the block before, and a copy
 * of them this one. All weights are freed before the block is solved.
 */
async function* captureOwn({
  gpu,
  model,
  forward,
  block,
  states,
  substitute,
  beside,
}: Own): AsyncGenerator<WindowProgress, CapturedHessian[]> {
  using blocks = new Scope(gpu)
  const pass = blocks.own(await forward.block(block))
  if (!substitute) return yield* capture({ gpu, model, block, states, pass, waiting: {} })
  const before = blocks.own(await forward.block(block - 1, substitute))
  const unquantized = beside && {
    states: beside.states,
    before: beside.move ? blocks.own(await forward.block(block - 1)) : undefined,
  }
  return yield* capture({ gpu, model, block, states, pass, waiting: { before }, unquantized })
}
