// What the commands print, and the device they print about.
import type { Gpu } from '../gpu/gpu.ts'
import { prepareShapes } from '../kernels/shapes.ts'
import { openNodeGpu } from './adapter.ts'
import { shapeStore } from './shape-store.ts'

/** One JSON line on standard output; waits where the reader is slow. */
export async function printLine(value: unknown): Promise<void> {
  const room = process.stdout.write(JSON.stringify(value) + '\n')
  if (!room) await new Promise<void>((resolve) => process.stdout.once('drain', resolve))
}

/** Opens the device and says so when it is no graphics card. */
export async function openCommandGpu(): Promise<Gpu> {
  const gpu = await openNodeGpu()
  if (gpu.adapter.software)
    process.stderr.write(`no graphics card in use: WebGPU runs on the processor (${gpu.adapter.name})\n`)
  await prepareShapes(gpu, shapeStore)
  return gpu
}
