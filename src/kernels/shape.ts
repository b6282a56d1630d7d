// Operations that exist in several shapes: barrier-free for processors, workgroup-tiled for graphics chips. Which one is faster is
// measured on the device (see shapes.ts for the list) and kept with it; both pass the same tests.
import type { Batch, BatchOwner } from '../gpu/batch.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { measureMs } from '../gpu/timing.ts'

export interface Shaped<S extends string = string> {
  /** Name of the operation. */
  readonly name: string
  /** The shape that suits a software adapter first, the one for real GPUs second. */
  readonly shapes: readonly [S, S]
  /** A sample of about `size`³ multiply-adds (or `size`² elements): allocates in `scope`, returns what records it. */
  sample(gpu: Gpu, scope: Scope, size: number): { record(batch: Batch, shape: S): void; work: number }
}

export interface ShapeChoice {
  name: string
  chosen: string
  /** Measured time by shape, of the same sample. */
  ms: Record<string, number>
  /** Multiply-adds per ms of the chosen shape, in the operation's own estimate. */
  workPerMs: number
}

/** The shape chosen for this device; before any measurement the one that suits its kind. */
export function shapeOf<S extends string>(gpu: BatchOwner, { name, shapes }: Pick<Shaped<S>, 'name' | 'shapes'>): S {
  const chosen = shapes.find((shape) => shape === gpu.shapes.get(name))
  return chosen ?? shapes[gpu.adapter.software ? 0 : 1]
}

/** Times both shapes on growing samples until they differ clearly or take long enough, and keeps the faster one. */
export async function chooseShape<S extends string>(gpu: Gpu, shaped: Shaped<S>): Promise<ShapeChoice> {
  for (let size = 64; ; size *= 2) {
    using scope = new Scope(gpu)
    const { record, work } = shaped.sample(gpu, scope, size)
    const times: number[] = []
    for (const shape of shaped.shapes) times.push(await measureMs(gpu, (batch) => record(batch, shape)))
    const [a, b] = times
    const slower = Math.max(a, b)
    if (slower < 4 && slower < 3 * Math.min(a, b) && size < 1024) continue
    const chosen = shaped.shapes[a <= b ? 0 : 1]
    gpu.shapes.set(shaped.name, chosen)
    const ms = Object.fromEntries(shaped.shapes.map((shape, i) => [shape, times[i]]))
    return { name: shaped.name, chosen, ms, workPerMs: work / Math.min(a, b) }
  }
}
