// `npm run bench`: the shapes chosen for this device, its own ceilings, every kernel's time and share of them at growing
// sizes, and the times of recipes and their steps on whole layers. On two cores without a graphics card the whole of it
// takes about three minutes.
//   npm run -s bench [-- --budget SECONDS_PER_KERNEL] [--json FILE] [--only NAME,NAME]
//   npm run -s bench -- shapes …    blocks of well-known models, their memory and time: bench-shapes.ts
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { InputError } from '../formats/errors.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { copyBandwidth } from '../gpu/measure.ts'
import { Scope } from '../gpu/scope.ts'
import { measureMs } from '../gpu/timing.ts'
import type { KernelBench } from '../kernels/bench.ts'
import { ceiling, CEILING_WORK } from '../kernels/ceiling.ts'
import { chooseShapes } from '../kernels/shapes.ts'
import { openNodeGpu } from './adapter.ts'
import { benchLayers, type LayerTime } from './bench-layers.ts'
import { benchShapes } from './bench-shapes.ts'
import { kernelTable, layerTable, ratioTable, shapeTable } from './bench-table.ts'
import { fromHere } from './files.ts'
import { shapeStore } from './shape-store.ts'

export interface Ceilings {
  /** GB/s, read and written bytes counted. */
  copyGBs: number
  /** GFLOP/s, a multiply-add counted as two. */
  multiplyAddGFlops: number
}

export interface KernelTime {
  kernel: string
  shape: string | undefined
  size: number
  problem: string
  /** The least of several runs. */
  ms: number
  gflops: number
  gbs: number
  /** Share of the ceiling that is nearer, arithmetic or memory. */
  share: number
}

export const SIZES = [128, 256, 512, 1024, 2048, 4096]

/** Every NAME.bench.ts beside a kernel. */
export const kernelBenches: KernelBench[] = Object.values(
  import.meta.glob<{ bench: KernelBench }>('../kernels/*.bench.ts', { eager: true }),
).map(({ bench }) => bench)

export async function main(args: string[]): Promise<number> {
  try {
    await (args[0] === 'shapes' ? benchShapes(args.slice(1)) : bench(args))
    return 0
  } catch (error) {
    const expected = error instanceof InputError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
    process.stderr.write(`${expected ? (error as Error).message : (error as Error).stack}\n`)
    return expected ? 2 : 1
  }
}

async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { budget: { type: 'string' }, json: { type: 'string' }, only: { type: 'string' } },
  })
  const budget = Number(values.budget ?? 8)
  if (!(budget > 0)) throw new InputError(`--budget is ${values.budget}; seconds above 0 are needed`)
  const names = [...kernelBenches.map(({ name }) => name), 'layers']
  const only = values.only?.split(',')
  for (const name of only ?? [])
    if (!names.includes(name)) throw new InputError(`--only ${name}: no such bench; there are ${names.join(', ')}`)
  const wanted = (name: string) => !only || only.includes(name)

  const begun = performance.now()
  using gpu = await openNodeGpu()
  const print = (text: string) => void process.stdout.write(`${text}\n`)
  const kind = gpu.adapter.software ? ' on the processor' : ''
  print(`${gpu.adapter.name}${kind}; budget ${budget} s per kernel, as much for a recipe on a layer\n`)
  const shapes = await chooseShapes(gpu, shapeStore)
  print(shapeTable(shapes))
  const ceilings = await measureCeilings(gpu)
  const { copyGBs, multiplyAddGFlops } = ceilings
  print(`Ceilings: ${copyGBs.toFixed(1)} GB/s copying, ${multiplyAddGFlops.toFixed(1)} GFLOP/s of multiply-adds\n`)
  const kernels: KernelTime[] = []
  for (const one of kernelBenches.filter(({ name }) => wanted(name))) {
    const times = await benchKernel(gpu, one, ceilings, budget)
    kernels.push(...times)
    print(kernelTable(times))
  }
  const layers: LayerTime[] = []
  if (wanted('layers'))
    for await (const time of benchLayers(gpu, budget)) {
      layers.push(time)
      print(layerTable([time]))
    }
  if (layers.length) print(ratioTable(layers))
  const seconds = (performance.now() - begun) / 1000
  print(`${seconds.toFixed(0)} s in all`)
  if (values.json)
    await writeFile(
      fromHere(values.json),
      `${JSON.stringify({ adapter: gpu.adapter, budget, seconds, ceilings, shapes, kernels, layers }, null, 1)}\n`,
    )
}

export async function measureCeilings(gpu: Gpu): Promise<Ceilings> {
  const { software } = gpu.adapter
  const params = { count: software ? 1 << 12 : 1 << 20, steps: software ? 256 : 512, factor: 0.999, term: 0.5 }
  using y = gpu.buffer('y', 4 * params.count)
  const ms = await measureMs(gpu, (batch) => ceiling(batch, { y }, params), { repeats: 5, least: true })
  const multiplyAddGFlops = (2 * CEILING_WORK * params.count * params.steps) / ms / 1e6
  return { copyGBs: await copyBandwidth(gpu), multiplyAddGFlops }
}

/**
 * Times of a kernel at growing sizes. The budget in seconds is divided among its shapes; a shape stops growing when its
 * next size, buffers and all, would not fit into what is left. The smallest size is always measured.
 */
export async function benchKernel(
  gpu: Gpu,
  { name, cases }: KernelBench,
  { copyGBs, multiplyAddGFlops }: Ceilings,
  budget: number,
  sizes: readonly number[] = SIZES,
): Promise<KernelTime[]> {
  const times: KernelTime[] = []
  const used = new Map<string | undefined, Use>()
  for (const size of sizes) {
    if (4 * size * size > gpu.adapter.maxBindingBytes) break
    if (used.size && [...used.values()].every(({ full }) => full)) break
    using scope = new Scope(gpu)
    const begun = performance.now()
    const made = cases(gpu, scope, size)
    const makingMs = (performance.now() - begun) / made.length
    for (const { shape, problem, bytes, flops, record } of made) {
      const use: Use = used.get(shape) ?? { ms: 0, bytes, flops, full: false }
      if (use.full) continue
      const start = performance.now()
      // What else the machine does only ever adds.
      const ms = await measureMs(gpu, record, { least: true })
      const gflops = flops / ms / 1e6
      const gbs = bytes / ms / 1e6
      const share = Math.max(gflops / multiplyAddGFlops, gbs / copyGBs)
      times.push({ kernel: name, shape, size, problem, ms, gflops, gbs, share })
      const lastMs = performance.now() - start + makingMs
      // Work grows from size to size as it did before: by four where every place is done once, by eight in products.
      const growth = size === sizes[0] ? 8 : Math.max(4, bytes / use.bytes, flops / Math.max(1, use.flops))
      const spentMs = use.ms + lastMs
      const full = spentMs + growth * lastMs > (1000 * budget) / made.length
      used.set(shape, { ms: spentMs, bytes, flops, full })
    }
  }
  return times
}

/** What a shape has used of the budget, and what its last size asked for. */
interface Use {
  ms: number
  bytes: number
  flops: number
  full: boolean
}
