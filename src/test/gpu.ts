// The fixture of every GPU test: one poisoned device per file, and no byte may stay behind.
import { afterAll, expect } from 'vitest'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { openNodeGpu } from '../node/adapter.ts'

let shared: Promise<Gpu> | undefined

/** The device of this test file. A machine without any adapter is a red test, never a skipped one. */
export function testGpu(): Promise<Gpu> {
  return (shared ??= openNodeGpu({ poison: true }))
}

/** Runs `body` with the device and a scope; afterwards nothing new may be alive on the device. */
export async function withGpu<T>(body: (gpu: Gpu, scope: Scope) => Promise<T>): Promise<T> {
  const gpu = await testGpu()
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
  if (shared) (await shared)[Symbol.dispose]()
  shared = undefined
})
