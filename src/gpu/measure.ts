// The device's own ceiling for moving bytes.
import type { Gpu } from './gpu.ts'
import { Scope } from './scope.ts'
import { measureMs } from './timing.ts'

/** GB/s of copying between two buffers, read and written bytes counted. */
export async function copyBandwidth(gpu: Gpu): Promise<number> {
  using scope = new Scope(gpu)
  const bytes = Math.min(gpu.adapter.maxBufferBytes, gpu.adapter.software ? 32 << 20 : 256 << 20)
  const [from, to] = [scope.buffer('from', bytes), scope.buffer('to', bytes)]
  const ms = await measureMs(gpu, (batch) => void batch.copy(from, 0, to, 0, bytes), { repeats: 5, least: true })
  return (2 * bytes) / ms / 1e6
}
