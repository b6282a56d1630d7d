// `npm run bench`: the device's own ceilings, every kernel's time and share of them at growing sizes, and the recipes' times per layer.
//   npm run -s bench [-- --budget SECONDS] [--json FILE] [--only NAME,NAME]
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
import { benchLayers, type LayerTime } from './bench-layers.ts'
import { kernelTable, layerTable, shapeTable } from './bench-table.ts'
import { fromHere } from './files.ts'
import { openCommandGpu } from './output.ts'

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
    await bench(args)
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
  const budget = Number(values.budget ?? 3)
  if (!(budget > 0)) throw new InputError(`--budget is ${values.budget}; seconds above 0 are needed`)
  const names = [...kernelBenches.map(({ name }) => name), 'layers']
  const only = values.only?.split(',')
  for (const name of only ?? [])
    if (!names.includes(name)) throw new InputError(`--only ${name}: no such bench; there are ${names.join(', ')}`)
  const wanted = (name: string) => !only || only.includes(name)

  using gpu = await openCommandGpu()
  const print = (text: string) => void process.stdout.write(`${text}\n`)
  print(`${gpu.adapter.name}; budget ${budget} s per kernel and shape\n`)
  const shapes = await chooseShapes(gpu)
  print(shapeTable(shapes))
  const ceilings = await measureCeilings(gpu)
  const { copyGBs, multiplyAddGFlops } = ceilings
  print(
    `Ceilings: ${copyGBs.toFixed(1)} GB/s copying, ${multiplyAddGFlops.toFixed(1)} GFLOP/s multiply-adds on registers\n`,
  )
  const kernels: KernelTime[] = []
  for (const one of kernelBenches.filter(({ name }) => wanted(name))) {
    const times = await benchKernel(gpu, one, ceilings, budget)
    kernels.push(...times)
    print(kernelTable(times))
  }
  const layers: LayerTime[] = []
  if (wanted('layers'))
    for await (const time of benchLayers(gpu, 10 * budget)) {
      layers.push(time)
      print(layerTable([time]))
    }
  if (values.json)
    await writeFile(
      fromHere(values.json),
      `${JSON.stringify({ adapter: gpu.adapter, ceilings, shapes, kernels, layers }, null, 1)}\n`,
    )
}

export async function measureCeilings(gpu: Gpu): Promise<Ceilings> {
  const { software } = gpu.adapter
  const params = { count: software ? 1 << 12 : 1 << 20, steps: software ? 256 : 512, factor: 0.999, term: 0.5 }
  using y = gpu.buffer('y', 4 * params.count)
  const ms = await measureMs(gpu, (batch) => ceiling(batch, { y }, params), { repeats: 5 })
  const multiplyAddGFlops = (2 * CEILING_WORK * params.count * params.steps) / ms / 1e6
  return { copyGBs: await copyBandwidth(gpu), multiplyAddGFlops }
}

/** Times of a kernel at growing sizes; a shape stops growing when its next size would not fit the budget in seconds. */
export async function benchKernel(
  gpu: Gpu,
  { name, cases }: KernelBench,
  { copyGBs, multiplyAddGFlops }: Ceilings,
  budget: number,
  sizes: readonly number[] = SIZES,
): Promise<KernelTime[]> {
  const times: KernelTime[] = []
  const tired = new Set<string | undefined>()
  for (const size of sizes) {
    if (4 * size * size > gpu.adapter.maxBindingBytes) break
    using scope = new Scope(gpu)
    for (const { shape, problem, bytes, flops, record } of cases(gpu, scope, size)) {
      if (tired.has(shape)) continue
      const start = performance.now()
      const ms = await measureMs(gpu, record)
      const gflops = flops / ms / 1e6
      const gbs = bytes / ms / 1e6
      times.push({
        kernel: name,
        shape,
        size,
        problem,
        ms,
        gflops,
        gbs,
        share: Math.max(gflops / multiplyAddGFlops, gbs / copyGBs),
      })
      // Twice the size is eight times the work at most.
      if (8 * (performance.now() - start) > 1000 * budget) tired.add(shape)
    }
    if (tired.size && times.every(({ shape }) => tired.has(shape))) break
  }
  return times
}
