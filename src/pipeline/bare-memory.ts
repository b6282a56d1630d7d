// What matrices without a model need on the GPU, before they run: one after another is gone through with bytes in place
// of buffers, as bare-run.ts and bare-hessian.ts make and free them. Those of one shape are gone through once.
import type { BareLayer } from '../formats/bare.ts'
import { Account } from '../gpu/account.ts'
import { holdSquare } from '../quantize/hessian-memory.ts'
import { TOKENS_PER_CHUNK, type BareJob } from './bare-layers.ts'
import { deviceOf, INPUTS, memoryOf, type MemoryDevice, type MemoryPlan } from './memory.ts'
import { bitsOf, type Plan } from './plan.ts'
import { solveMemory } from './solve-memory.ts'

/** Bytes of a run of this plan on these matrices. */
export function bareMemory({ plan, matrices }: Pick<BareJob, 'plan' | 'matrices'>, device: MemoryDevice): MemoryPlan {
  const account = new Account()
  const own = deviceOf(device)
  for (const { layer, rows, columns, inputs } of unlike(matrices, plan)) {
    account.begin('Hessian')
    const matrix = holdSquare(account, columns, 'H')
    if (inputs) {
      const tokens = Math.min(TOKENS_PER_CHUNK, inputs.tokens)
      const detail = `inputs of ${layer}, ${tokens.toLocaleString('en-US')} × ${columns.toLocaleString('en-US')}`
      account.hold(INPUTS, 4 * tokens * columns, detail)[Symbol.dispose]()
    }
    solveMemory(account, own, plan, [{ layers: [{ layer, rows }], columns, matrix, identity: !inputs }])
  }
  const kept = matrices.flatMap(({ inputs, columns }) => (inputs ? [columns] : []))
  return memoryOf(account, device, { plan, layers: matrices, hessians: kept })
}

/** The first of all that need the same. */
function unlike(matrices: readonly BareLayer[], plan: Plan): BareLayer[] {
  const seen = new Set<string>()
  return matrices.filter((one) => {
    const need = needOf(one, plan)
    return !seen.has(need) && seen.add(need)
  })
}

/** The same text for matrices that need the same. */
export function needOf({ layer, rows, columns, inputs }: BareLayer, plan: Plan): string {
  return [rows, columns, Math.min(TOKENS_PER_CHUNK, inputs?.tokens ?? 0), bitsOf(plan, layer)].join()
}
