// Every operation that exists in two shapes, one line each; all are measured once when a device is opened.
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { measureMs } from '../gpu/timing.ts'
import { attentionShaped } from './attention.ts'
import { descentShaped } from './descent.ts'
import { gramShaped } from './gram.ts'
import { matmulShaped } from './matmul.ts'
import { rowShaped } from './rmsnorm.ts'
import { chooseShape, shapeOf, type ShapeChoice, type Shaped } from './shape.ts'

export const shapedOperations: readonly Shaped[] = [matmulShaped, gramShaped, attentionShaped, rowShaped, descentShaped]

/** Work of one submit, in ms. */
const SUBMIT_MS = 40
/** Multiply-adds of a submit, at least and at most: beyond the upper bound nothing is gained, and stopping would take longer. */
const LEAST_WORK = 4e6
const MOST_WORK = 40e9

/** Keeps choices between visits, as text by adapter; forgets them when the kernels change. */
export interface ShapeStore {
  load(adapter: string): Promise<string | undefined>
  save(adapter: string, choices: string): Promise<void>
}

const adapterKey = ({ adapter }: Gpu) => `${adapter.vendor} ${adapter.architecture} ${adapter.name}`

/**
 * Gets a device ready for its first run. Stored choices are taken; without any, a graphics card is measured at once. On a processor the
 * other shapes take seconds to compile alone, so it starts with those that suit its kind, and false says that it is still to be measured.
 */
export async function prepareShapes(gpu: Gpu, store: ShapeStore): Promise<boolean> {
  const stored = new Map(
    Object.entries(JSON.parse((await store.load(adapterKey(gpu))) ?? '{}') as Record<string, string>),
  )
  const complete = shapedOperations.every(({ name, shapes }) => shapes.includes(stored.get(name) ?? ''))
  if (!complete && !gpu.adapter.software) {
    await chooseShapes(gpu, store)
    return true
  }
  for (const [name, shape] of stored) gpu.shapes.set(name, shape)
  await setWorkPerSubmit(gpu)
  return complete
}

/** Measures the shapes of every operation on this device, keeps the faster ones, and sets the size of submits by the matrix product. */
export async function chooseShapes(
  gpu: Gpu,
  store?: ShapeStore,
  goOn: () => boolean = () => true,
): Promise<ShapeChoice[]> {
  const choices: ShapeChoice[] = []
  for (const shaped of shapedOperations) {
    if (!goOn()) return choices
    choices.push(await chooseShape(gpu, shaped))
  }
  await setWorkPerSubmit(gpu)
  await store?.save(adapterKey(gpu), JSON.stringify(Object.fromEntries(gpu.shapes)))
  return choices
}

async function setWorkPerSubmit(gpu: Gpu): Promise<void> {
  gpu.workPerSubmit = Math.min(MOST_WORK, Math.max(LEAST_WORK, SUBMIT_MS * (await matmulRate(gpu))))
}

/** Multiply-adds per ms of a matrix product large enough to keep the device busy. */
async function matmulRate(gpu: Gpu): Promise<number> {
  using scope = new Scope(gpu)
  const { record, work } = matmulShaped.sample(gpu, scope, gpu.adapter.software ? 192 : 1024)
  return work / (await measureMs(gpu, (batch) => record(batch, shapeOf(gpu, matmulShaped)), { least: true }))
}
