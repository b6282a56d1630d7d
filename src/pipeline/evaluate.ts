// Perplexity: exp of the mean loss over all targets of all windows. A window of n tokens has n − 1 targets, each predicted from the
// tokens before it in the same window. Beside it, over the same targets: how far a recipe's next-token distributions are from the
// unquantized model's (KL divergence), and how often both find the same token likeliest.
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { lossesOf } from '../kernels/cross-entropy.ts'
import { DIVERGENCE_BYTES, divergencesOf, type Divergence } from '../kernels/divergence.ts'
import { checkAdapter } from '../model/memory.ts'
import type { Forward, Model, Substitute } from '../model/model.ts'
import type { WindowProgress } from './capture.ts'
import { Chunks } from './chunks.ts'
import type { Perplexity } from './events.ts'

/** Hidden states of the unquantized model behind its last block, kept for comparison with the recipes' of the same windows. */
export class Baseline implements Disposable {
  private chunks: Chunks | undefined

  get kept(): Chunks | undefined {
    return this.chunks
  }

  /** Takes over the states. */
  keep(chunks: Chunks): void {
    this[Symbol.dispose]()
    this.chunks = chunks
  }

  [Symbol.dispose]() {
    this.chunks?.[Symbol.dispose]()
    this.chunks = undefined
  }
}

/**
 * Evaluates a model on windows of token ids, all of one length; layers for which `substitute` gives other weights use those and free
 * them. All windows pass one block before the next one is loaded: yielded are the windows' worth of work done so far. The first
 * model that is evaluated with a `baseline` leaves its states there, later ones are compared with it.
 */
export async function* evaluate(
  gpu: Gpu,
  model: Model,
  windows: readonly Uint32Array[],
  substitute?: Substitute,
  baseline?: Baseline,
): AsyncGenerator<WindowProgress, Perplexity> {
  checkAdapter(model, gpu.adapter)
  using scope = new Scope(gpu)
  const chunks = scope.own(new Chunks(gpu, model, windows))
  using forward = model.forward(gpu, chunks)
  {
    using front = await forward.front()
    const batch = gpu.batch('embed')
    for (const { ids, hidden } of chunks.all) await front.run(batch, ids, hidden)
    await batch.submit()
  }
  const stages = model.facts.blocks + 1
  let done = 0
  const progress = (part: number) => ({ windows: Math.floor((done += part) / stages), of: windows.length })
  for (let block = 0; block < model.facts.blocks; block++) {
    using pass = await forward.block(block, substitute)
    for (const { hidden, tokens, windows: part } of chunks.all) {
      const batch = gpu.batch(`evaluate block ${block}`)
      pass.run(batch, hidden, tokens)
      await batch.submit()
      yield progress(part.length)
    }
  }
  const means: number[] = []
  const compared: Divergence[] = []
  for await (const { losses, divergences } of windowLosses(gpu, forward, chunks, baseline?.kept)) {
    means.push(...losses)
    for (const one of divergences) compared.push(one)
    yield progress(losses.length)
  }
  if (baseline && !baseline.kept) baseline.keep(scope.release(chunks))
  return { ...perplexityOf(means, windows[0].length), ...(compared.length && comparisonOf(compared)) }
}

interface ChunkLosses {
  /** Mean of every window. */
  losses: number[]
  /** Of every target; none without a model to compare with. */
  divergences: Divergence[]
}

/** Losses of one chunk after the other. */
async function* windowLosses(
  gpu: Gpu,
  forward: Forward,
  chunks: Chunks,
  unquantized: Chunks | undefined,
): AsyncGenerator<ChunkLosses> {
  using head = await forward.head()
  for (const [i, { hidden, tokens, windows }] of chunks.all.entries()) {
    // The last token of a window has no target; what is computed for it is left out.
    const following = new Uint32Array(tokens)
    windows.forEach((ids, w) => following.set(ids.subarray(1), w * chunks.window))
    const targetsOf = <T>(all: ArrayLike<T> & { slice(from: number, to: number): ArrayLike<T> }) =>
      windows.map((_, w) => all.slice(w * chunks.window, (w + 1) * chunks.window - 1))
    using scope = new Scope(gpu)
    const targets = scope.upload('targets', following)
    const state = scope.buffer('losses', 12 * tokens)
    const batch = gpu.batch('losses')
    if (!unquantized) {
      head.losses(batch, hidden, targets, state, tokens)
      await batch.submit()
      yield { losses: targetsOf(lossesOf(await gpu.readF32(state))).map(mean), divergences: [] }
      continue
    }
    const { hidden: others, windows: same } = unquantized.all[i]
    if (same.length !== windows.length)
      throw new Error(`chunk ${i} has ${windows.length} windows, ${same.length} were kept`)
    const states = { losses: state, divergence: scope.buffer('divergences', DIVERGENCE_BYTES * tokens) }
    head.compare(batch, { own: hidden, others }, targets, states, tokens)
    await batch.submit()
    const divergences = targetsOf(divergencesOf(await gpu.readF32(states.divergence))).flatMap((part) =>
      Array.from(part),
    )
    yield { losses: targetsOf(lossesOf(await gpu.readF32(state))).map(mean), divergences }
  }
}

/** Mean and 99th percentile (between the two nearest, linearly) of the divergences, and the share that agrees. */
export function comparisonOf(divergences: readonly Divergence[]): Required<Pick<Perplexity, 'kl' | 'top1'>> {
  const sorted = Float64Array.from(divergences, ({ kl }) => kl).sort()
  const place = 0.99 * (sorted.length - 1)
  const below = sorted[Math.floor(place)]
  const p99 = below + (place - Math.floor(place)) * (sorted[Math.ceil(place)] - below)
  return { kl: { mean: mean(sorted), p99 }, top1: mean(divergences.map(({ agrees }) => Number(agrees))) }
}

/** The standard error is value · s / √windows, s the sample standard deviation of the windows' mean losses. */
export function perplexityOf(windowLosses: readonly number[], window: number): Perplexity {
  const windows = windowLosses.length
  const loss = mean(windowLosses)
  const squares = windowLosses.reduce((sum, one) => sum + (one - loss) ** 2, 0)
  const value = Math.exp(loss)
  const error = windows > 1 && { standardError: value * Math.sqrt(squares / (windows - 1) / windows) }
  return { value, ...error, windows, window, targets: windows * (window - 1) }
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]
  return sum / values.length
}
