// What a run needs on the GPU, before it runs: it is gone through phase by phase with bytes in place of buffers, held and
// let go of in the order in which the program makes and frees them. Everything is float32 or u32, four bytes a number:
//   Hessians            4 · columns² for every distinct input of a block; as much again held out, and for the drift of a
//                       correction; those of a block's later layers wait while the first are solved
//   Factors of H        2 · 4 · columns² while H is factorised, half of that afterwards; one for every order and damping
//   Descent             H and G once more, [columns + 1, columns] and [rows + 1, columns], and what a piece of steps gains
//   Weights             of one block; of a fused layer twice while it is taken apart; faithful: of the block before, too
//   Hidden states       4 · hidden for every token of every window; faithful: for every recipe
//   Tables              output table [vocabulary, hidden] while it is used; of the embeddings only those of a chunk's tokens
// Blocks that hold the same are gone through once.
import type { Account, AccountLine, AccountPhase, LargestBuffer } from '../gpu/account.ts'
import { Gpu, type AdapterFacts } from '../gpu/gpu.ts'
import { bindableBytes } from '../gpu/row-tiles.ts'
import { descentLayout } from '../kernels/descent.ts'
import { packedWords } from '../kernels/pack-codes.ts'
import { KEPT, LOGITS, RESULTS } from '../model/forward-memory.ts'
import type { LayerFacts } from '../model/facts.ts'
import type { Model } from '../model/model.ts'
import { groupsOf } from '../quantize/problem.ts'
import { cachedBytes, HESSIAN_BUDGET_BYTES } from './hessian-cache.ts'
import { bitsOf, defaultPlan, type Plan } from './plan.ts'
import { RunMemory, STATES, type RunDevice } from './run-memory.ts'

export type MemoryLine = AccountLine

export interface MemoryPlan {
  /** The largest buffer of each use, largest first: one binding of the adapter has to hold it. */
  buffers: LargestBuffer[]
  /** Bytes by use when most is alive. */
  memory: MemoryLine[]
  /** The largest sum of what is alive together. */
  peakBytes: number
  /** What is alive together at most in every phase of a run, in their order; the largest is `memory`. */
  phases: AccountPhase[]
  /** Bytes in ordinary memory that grow with the model. */
  ordinary: MemoryLine[]
}

/** What is known of the device; by default what a graphics card usually has. A `Gpu` is one. */
export interface MemoryDevice {
  adapter: Pick<AdapterFacts, 'software' | 'maxBindingBytes' | 'maxBufferBytes'>
  /** As `Gpu` has it. */
  workPerSubmit?: number
  /** As `Gpu` has them. */
  shapes?: ReadonlyMap<string, string>
}

/** A plan, or a part of it: the rest is that of the default plan. */
export type MemoryDemand = Partial<Plan> & Pick<Plan, 'window' | 'samples'>

export type MemoryModel = Pick<Model, 'design' | 'facts' | 'layers' | 'inputs'>

const usual: MemoryDevice = { adapter: { software: false, maxBindingBytes: 2 ** 31, maxBufferBytes: 2 ** 31 } }

/** Bytes of a run of this plan; windows are as many as it asks for. */
export function memoryPlan(model: MemoryModel, demand: MemoryDemand, device: MemoryDevice = usual): MemoryPlan {
  const plan = { ...defaultPlan, ...demand }
  const run = new RunMemory(model, plan, deviceOf(device))
  if (plan.mode === 'quick') run.quick()
  else run.faithful()
  run.evaluate()
  const columns = Array.from({ length: model.facts.blocks }, (_, block) => model.inputs(block)).flat()
  const twice = plan.heldOut > 0 ? [...columns, ...columns] : columns
  const hessians = plan.mode === 'quick' ? twice.map((input) => input.columns) : []
  return memoryOf(run.account, device, { plan, layers: model.layers, hessians })
}

/** What a run keeps in ordinary memory: codes of layers, and Hessians of so many columns. */
interface Kept {
  plan: Plan
  layers: readonly Pick<LayerFacts, 'layer' | 'rows' | 'columns'>[]
  hessians: readonly number[]
}

/** The plan of what has been gone through. */
export function memoryOf({ phases, largest }: Account, device: MemoryDevice, kept: Kept): MemoryPlan {
  const most = phases.reduce((a, b) => (b.bytes > a.bytes ? b : a))
  return {
    buffers: largest.map((buffer) => inParts(buffer, device)),
    memory: [...most.lines].sort((a, b) => b.bytes - a.bytes),
    peakBytes: most.bytes,
    phases,
    ordinary: ordinaryMemory(kept),
  }
}

/** Inputs that come with a matrix, a chunk of them. */
export const INPUTS = 'Inputs'

/** What no binding can be spared from holding as a whole; matrices come in tiles, layers are solved in parts of rows. */
const WHOLE = [RESULTS, LOGITS, KEPT, STATES, INPUTS]

function inParts(buffer: LargestBuffer, { adapter }: MemoryDevice): LargestBuffer {
  const limit = bindableBytes(adapter)
  if (buffer.bytes <= limit || WHOLE.includes(buffer.label)) return buffer
  return { ...buffer, bytes: limit, detail: `${buffer.detail}, in parts` }
}

/** What a model that continues a text of `window` tokens holds: all its weights, and keys and values. */
export function writingMemory(model: MemoryModel, window: number, device: MemoryDevice = usual): AccountPhase {
  const run = new RunMemory(model, { ...defaultPlan, window }, deviceOf(device))
  run.write(window)
  return run.account.phases[0]
}

export function deviceOf(device: MemoryDevice): RunDevice {
  const { adapter, shapes } = device
  const { workPerSubmit = adapter.software ? 60e6 : 20e9 } = device
  const expected = adapter.software ? 'thread' : 'workgroup'
  const chosen = shapes?.get('descent') === 'thread' ? 'thread' : shapes?.has('descent') ? 'workgroup' : expected
  return {
    adapter: { name: '', vendor: '', architecture: '', ...adapter },
    workPerSubmit,
    layout: (stride) => (device instanceof Gpu ? descentLayout(device, stride) : chosen),
  }
}

/** Kept Hessians, and the codes of all layers by all recipes. */
function ordinaryMemory({ plan, layers, hessians }: Kept): MemoryLine[] {
  const bytes = cachedBytes(hessians)
  const codes = layers.reduce((sum, { layer, rows, columns }) => {
    const { groups } = groupsOf(columns, plan.group)
    return sum + 4 * rows * (packedWords(columns, bitsOf(plan, layer)) + 2 * groups)
  }, 0)
  return [
    ...(bytes > 0 && bytes <= HESSIAN_BUDGET_BYTES ? [{ label: 'Hessians kept for the next plan', bytes }] : []),
    { label: 'Codes and levels of all layers', bytes: plan.recipes.length * codes },
  ]
}
