// Perplexity: exp of the mean loss over all targets of all windows. A window of n tokens has n − 1 targets, each predicted from the
// tokens before it in the same window.
import type { Gpu } from '../gpu/gpu.ts'
import { lossesOf } from '../kernels/cross-entropy.ts'
import { checkAdapter } from '../model/memory.ts'
import type { Forward, Model, Substitute } from '../model/model.ts'
import type { WindowProgress } from './capture.ts'
import { Chunks } from './chunks.ts'
import type { Perplexity } from './events.ts'

/**
 * Evaluates a model on windows of token ids, all of one length; layers for which `substitute` gives other weights use those and free
 * them. All windows pass one block before the next one is loaded: yielded are the windows' worth of work done so far.
 */
export async function* evaluate(
  gpu: Gpu,
  model: Model,
  windows: readonly Uint32Array[],
  substitute?: Substitute,
): AsyncGenerator<WindowProgress, Perplexity> {
  checkAdapter(model, gpu.adapter)
  using chunks = new Chunks(gpu, model, windows)
  using forward = model.forward(gpu, chunks)
  {
    using front = await forward.front()
    const batch = gpu.batch('embed')
    for (const { ids, hidden, tokens } of chunks.all) front.run(batch, ids, hidden, tokens)
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
  for await (const losses of windowLosses(gpu, forward, chunks)) {
    means.push(...losses)
    yield progress(losses.length)
  }
  return perplexityOf(means, windows[0].length)
}

/** Mean losses of the windows of one chunk after the other. */
async function* windowLosses(gpu: Gpu, forward: Forward, chunks: Chunks): AsyncGenerator<number[]> {
  using head = await forward.head()
  for (const { hidden, tokens, windows } of chunks.all) {
    // The last token of a window has no target; what is computed for it is left out.
    const following = new Uint32Array(tokens)
    windows.forEach((ids, w) => following.set(ids.subarray(1), w * chunks.window))
    using targets = gpu.upload('targets', following)
    using state = gpu.buffer('losses', 12 * tokens)
    const batch = gpu.batch('losses')
    head.losses(batch, hidden, targets, state, tokens)
    await batch.submit()
    const losses = lossesOf(await gpu.readF32(state))
    yield windows.map((_, w) => mean(losses.subarray(w * chunks.window, (w + 1) * chunks.window - 1)))
  }
}

/** The standard error is value · s / √windows, s the sample standard deviation of the windows' mean losses; 0 for a single window. */
export function perplexityOf(windowLosses: readonly number[], window: number): Perplexity {
  const windows = windowLosses.length
  const loss = mean(windowLosses)
  const squares = windowLosses.reduce((sum, one) => sum + (one - loss) ** 2, 0)
  const value = Math.exp(loss)
  const standardError = windows > 1 ? value * Math.sqrt(squares / (windows - 1) / windows) : 0
  return { value, standardError, windows, window, targets: windows * (window - 1) }
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]
  return sum / values.length
}
