// One block of a decoder: its weights on the GPU and the record of its forward pass.
//   x ← x + out(attention(q(n), k(n), v(n))), n = norm(x);   x ← x + down(activation(gate(n)) · up(n)), n = norm(x)
import type { Checkpoint } from '../formats/checkpoint.ts'
import type { Batch } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { activate, activateGate } from '../kernels/activation.ts'
import { attention, attentionScratchBytes } from '../kernels/attention.ts'
import { cachedAttention } from '../kernels/cached-attention.ts'
import { rope } from '../kernels/rope.ts'
import { groupsOf, sharesInput, whole, type Around, type BlockDesign, type Norm } from './design.ts'
import type { Block, Capture, ForwardSize, Substitute } from './family.ts'
import { loadNorm, type LoadedNorm } from './norm.ts'
import { loadProjections, project, type Projection } from './projections.ts'
import { attentionSize, type Workspace } from './workspace.ts'

export interface BlockOptions {
  gpu: Gpu
  checkpoint: Checkpoint
  hidden: number
  size: ForwardSize
  workspace: Workspace
}

/** Norms around attention or feed-forward, with their weights. */
type LoadedAround = Partial<Record<keyof Around, LoadedNorm>>

interface Weights {
  attention: LoadedAround & { q: Projection; k: Projection; v: Projection; out: Projection }
  feedForward: LoadedAround & { gate: Projection | undefined; up: Projection; down: Projection }
  qNorm: LoadedNorm | undefined
  kNorm: LoadedNorm | undefined
}

async function load(
  { gpu, checkpoint }: BlockOptions,
  scope: Scope,
  design: BlockDesign,
  substitute?: Substitute,
): Promise<Weights> {
  const { attention, feedForward } = design
  const norm = (one: Norm | undefined) => (one ? loadNorm(scope, checkpoint, one) : undefined)
  const around = async ({ before, after, sum }: Around): Promise<LoadedAround> => {
    const loaded = { before: await norm(before), after: await norm(after), sum: await norm(sum) }
    return Object.fromEntries(Object.entries(loaded).filter(([, one]) => one))
  }
  const { gate } = feedForward
  const parts = [attention.q, attention.k, attention.v, whole(attention.out), feedForward.up, whole(feedForward.down)]
  const [q, k, v, out, up, down, gating] = await loadProjections(
    { gpu, scope, checkpoint, substitute },
    gate ? [...parts, gate] : parts,
  )
  return {
    attention: { ...(await around(attention)), q, k, v, out },
    feedForward: { ...(await around(feedForward)), gate: gating, up, down },
    qNorm: await norm(attention.qNorm),
    kNorm: await norm(attention.kNorm),
  }
}

/** Loads the weights of a block; the caller owns the result, and with it the substitutes. */
export async function loadBlock(options: BlockOptions, design: BlockDesign, substitute?: Substitute): Promise<Block> {
  const { gpu, size, workspace, hidden: columns } = options
  const { window } = size
  const scope = new Scope(gpu)
  try {
    const weights = await load(options, scope, design, substitute)
    const { normed, q, k, v, mixed, gate, up, branch, scratch } = workspace
    const { heads, kvHeads, width, rotary } = design.attention
    const kvColumns = kvHeads * width
    const table = rotary && workspace.rotary(rotary)
    const last = groupsOf(design).length - 1

    /** Adds what a projection makes of x to the hidden states, through the norms around it. */
    const add = (
      batch: Batch,
      hidden: GpuBuffer,
      x: GpuBuffer,
      by: Projection,
      around: LoadedAround,
      tokens: number,
    ) => {
      if (around.after) {
        project(batch, by, x, branch!, tokens)
        around.after(batch, branch!, hidden, tokens, true)
      } else project(batch, by, x, hidden, tokens, true)
      if (around.sum) {
        around.sum(batch, hidden, normed, tokens)
        batch.copy(normed, 0, hidden, 0, 4 * tokens * columns)
      }
    }
    /** What the layers of a part read. */
    const input = (batch: Batch, hidden: GpuBuffer, { before }: LoadedAround, y: GpuBuffer, tokens: number) => {
      if (!before) return hidden
      before(batch, hidden, y, tokens)
      return y
    }
    /** Everything but the attention itself, which finds q, k and v in the workspace and leaves `mixed` there. */
    const pass = (
      batch: Batch,
      hidden: GpuBuffer,
      { tokens, first = 0, capture }: { tokens: number; first?: number; capture?: Capture | undefined },
      attend: () => void,
    ) => {
      const turn = (x: GpuBuffer, count: number) => {
        const half = rotary && rotary.width / 2
        if (table && half) rope(batch, { ...table, x }, { tokens, heads: count, half, width, window, first })
      }
      const heading = (by: Projection, norm: LoadedNorm | undefined, x: GpuBuffer, y: GpuBuffer, count: number) => {
        project(batch, by, x, norm ? mixed : y, tokens)
        norm?.(batch, mixed, y, tokens * count)
        turn(y, count)
      }
      const restart = (from: GpuBuffer) => {
        if (design.residualAfterNorm) batch.copy(from, 0, hidden, 0, 4 * tokens * columns)
      }
      const attending = input(batch, hidden, weights.attention, normed, tokens)
      const beside = !design.parallel
        ? undefined
        : sharesInput(design)
          ? attending
          : input(batch, hidden, weights.feedForward, workspace.second!, tokens)
      capture?.(0, attending)
      heading(weights.attention.q, weights.qNorm, attending, q, heads)
      heading(weights.attention.k, weights.kNorm, attending, k, kvHeads)
      project(batch, weights.attention.v, attending, v, tokens)
      attend()
      capture?.(1, mixed)
      restart(attending)
      // In a parallel block the hidden states change only here, after both norms have read them.
      const feedAfter = () => input(batch, hidden, weights.feedForward, normed, tokens)
      add(batch, hidden, mixed, weights.attention.out, weights.attention, tokens)
      const feeding = beside ?? feedAfter()
      if (!sharesInput(design)) capture?.(2, feeding)
      const { gate: gating, up: rising, down } = weights.feedForward
      const { activation } = design.feedForward
      project(batch, rising, feeding, up, tokens)
      if (gating) {
        project(batch, gating, feeding, gate!, tokens)
        activateGate(batch, activation, { gate: gate!, up }, tokens * gating.rows)
      } else activate(batch, activation, up, tokens * rising.rows)
      const fed = gating ? gate! : up
      capture?.(last, fed)
      restart(feeding)
      add(batch, hidden, fed, down, weights.feedForward, tokens)
    }
    let kept: { keys: GpuBuffer; values: GpuBuffer } | undefined
    const keep = () => ({
      keys: scope.buffer('kept keys', 4 * window * kvColumns),
      values: scope.buffer('kept values', 4 * window * kvColumns),
    })
    return {
      run: (batch, hidden, tokens, capture) =>
        pass(batch, hidden, { tokens, capture }, () =>
          attention(batch, { q, k, v, y: mixed, scratch }, attentionSize(design.attention, tokens, window)),
        ),
      extend(batch, hidden, tokens, first) {
        const { keys, values } = (kept ??= keep())
        pass(batch, hidden, { tokens, first }, () => {
          const [at, bytes] = [4 * first * kvColumns, 4 * tokens * kvColumns]
          batch.copy(k, 0, keys, at, bytes).copy(v, 0, values, at, bytes)
          // The first tokens see only each other, as in a window of their own, for which there are faster shapes.
          const alone = attentionSize(design.attention, tokens, tokens)
          if (first === 0 && tokens > 1 && attentionScratchBytes(gpu, alone) <= scratch.bytes)
            attention(batch, { q, k, v, y: mixed, scratch }, alone)
          else
            cachedAttention(
              batch,
              { q, keys, values, y: mixed },
              { ...attentionSize(design.attention, tokens, first + tokens), first },
            )
        })
      },
      [Symbol.dispose]: () => scope[Symbol.dispose](),
    }
  } catch (error) {
    scope[Symbol.dispose]()
    throw error
  }
}
