// The fixture of every GPU test: one poisoned device per file, and no byte may stay behind.
import { afterAll, expect } from 'vitest'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { openNodeGpu } from '../node/adapter.ts'

/** By the bytes that their buffers hold. */
const shared = new Map<number | undefined, Promise<Gpu>>()

/**
 * The device of this test file, or one whose buffers hold at most so many bytes. A machine without any adapter is a red
 * test, never a skipped one.
 */
export function testGpu(bindingLimitBytes?: number): Promise<Gpu> {
  const known = shared.get(bindingLimitBytes)
  const gpu = known ?? openNodeGpu({ poison: true, ...(bindingLimitBytes && { bindingLimitBytes }) })
  shared.set(bindingLimitBytes, gpu)
  return gpu
}

/** Runs `body` with the device and a scope; afterwards nothing new may be alive on the device. */
export async function withGpu<T>(body: (gpu: Gpu, scope: Scope) => Promise<T>, bindingLimitBytes?: number): Promise<T> {
  const gpu = await testGpu(bindingLimitBytes)
  const before = gpu.memory.labels()
  let result: T
  {
    using scope = new Scope(gpu)
    result = await body(gpu, scope)
  }
  gpu.check()
  expect(gpu.memory.labels(), 'buffers left on the device').toEqual(before)
  return result
}

afterAll(async () => {
  for (const gpu of shared.values()) (await gpu)[Symbol.dispose]()
  shared.clear()
})
