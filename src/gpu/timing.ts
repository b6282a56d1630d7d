// How long the GPU takes for recorded work: timestamps where the device has them, else the wall clock around a submit.
import type { Batch } from './batch.ts'
import { GPU_COPY_DST, GPU_COPY_SRC, GPU_MAP_READ } from './buffer.ts'
import type { Gpu } from './gpu.ts'

const GPU_QUERY_RESOLVE = 0x0200

/** Work shorter than this is recorded several times in a row, because browsers round timestamps to 0.1 ms. */
const LONG_ENOUGH_MS = 1

/**
 * Time in ms of what `record` records: the median (or the least) of `repeats` runs after a first one that compiles its kernels.
 * Work too short to be seen is repeated inside a run and its time divided. A run that takes more than `enoughMs` is the only one.
 */
export async function measureMs(
  gpu: Gpu,
  record: (batch: Batch) => void,
  { repeats = 3, enoughMs = Infinity, least = false }: { repeats?: number; enoughMs?: number; least?: boolean } = {},
): Promise<number> {
  await once(gpu, record, 1)
  let times = 1
  let first = await once(gpu, record, times)
  while (first < LONG_ENOUGH_MS && times < 256) first = await once(gpu, record, (times *= 4))
  const samples = [first]
  while (samples.length < repeats && first / times < enoughMs) samples.push(await once(gpu, record, times))
  samples.sort((a, b) => a - b)
  return samples[least ? 0 : samples.length >> 1] / times
}

async function once(gpu: Gpu, record: (batch: Batch) => void, times: number): Promise<number> {
  const stamps = gpu.device.features.has('timestamp-query') ? new Stamps(gpu.device) : undefined
  try {
    await gpu.idle()
    const start = performance.now()
    stamps?.mark(0)
    const batch = gpu.batch('measure')
    for (let i = 0; i < times; i++) record(batch)
    batch.flush()
    stamps?.mark(1)
    await gpu.idle()
    const wallMs = performance.now() - start
    const stampedMs = await stamps?.elapsedMs()
    // Some drivers hand out zeros or run backwards; the wall clock is then the honest answer.
    return stampedMs !== undefined && stampedMs > 0 && stampedMs <= wallMs ? stampedMs : wallMs
  } finally {
    stamps?.[Symbol.dispose]()
  }
}

/** Two timestamps, each written by an empty pass of its own between the submits. */
class Stamps implements Disposable {
  private readonly queries: GPUQuerySet
  private readonly resolved: GPUBuffer
  private readonly staging: GPUBuffer

  constructor(private readonly device: GPUDevice) {
    this.queries = device.createQuerySet({ label: 'stamps', type: 'timestamp', count: 2 })
    this.resolved = device.createBuffer({ label: 'stamps', size: 16, usage: GPU_QUERY_RESOLVE | GPU_COPY_SRC })
    this.staging = device.createBuffer({ label: 'stamps', size: 16, usage: GPU_MAP_READ | GPU_COPY_DST })
  }

  mark(index: 0 | 1): void {
    const encoder = this.device.createCommandEncoder({ label: 'stamp' })
    const stamp = index === 0 ? { endOfPassWriteIndex: 0 } : { beginningOfPassWriteIndex: 1 }
    encoder.beginComputePass({ timestampWrites: { querySet: this.queries, ...stamp } }).end()
    if (index === 1) {
      encoder.resolveQuerySet(this.queries, 0, 2, this.resolved, 0)
      encoder.copyBufferToBuffer(this.resolved, 0, this.staging, 0, 16)
    }
    this.device.queue.submit([encoder.finish()])
  }

  async elapsedMs(): Promise<number> {
    await this.staging.mapAsync(1)
    const [start, end] = new BigUint64Array(this.staging.getMappedRange())
    return Number(end - start) / 1e6
  }

  [Symbol.dispose]() {
    this.queries.destroy()
    this.resolved.destroy()
    this.staging.destroy()
  }
}
