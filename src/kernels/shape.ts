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
  const [expected, other] = gpu.adapter.software ? shaped.shapes : [shaped.shapes[1], shaped.shapes[0]]
  for (let size = 32; ; size *= 2) {
    using scope = new Scope(gpu)
    const { record, work } = shaped.sample(gpu, scope, size)
    // The least time of several: what else the machine does only ever adds. A clear loser is not run again.
    const time = (shape: S, enoughMs?: number) =>
      measureMs(gpu, (batch) => record(batch, shape), { repeats: 5, least: true, ...(enoughMs && { enoughMs }) })
    const first = await time(expected)
    const second = await time(other, 4 * first)
    const [slower, faster] = [Math.max(first, second), Math.min(first, second)]
    if (slower < 4 && slower < 3 * faster && size < 1024) continue
    const chosen = first <= second ? expected : other
    gpu.shapes.set(shaped.name, chosen)
    return { name: shaped.name, chosen, ms: { [expected]: first, [other]: second }, workPerMs: work / faster }
  }
}
