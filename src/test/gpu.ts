// The fixture of every GPU test: a poisoned device that all files of a test process share, so that no kernel is compiled
// twice, and on which nothing may stay behind.
import { expect } from 'vitest'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { openNodeGpu } from '../node/adapter.ts'

/** By the bytes that their buffers hold. */
const shared = new Map<number | undefined, Promise<Gpu>>()

/**
 * The device of this test process, or one whose buffers hold at most so many bytes. A machine without any adapter is a red
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
  const { workPerSubmit } = gpu
  let result: T
  try {
    using scope = new Scope(gpu)
    result = await body(gpu, scope)
  } finally {
    gpu.workPerSubmit = workPerSubmit
  }
  gpu.check()
  expect(gpu.memory.labels(), 'buffers left on the device').toEqual(before)
  return result
}
