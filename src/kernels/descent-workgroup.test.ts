import { expect, test } from 'vitest'
import { descentCase, descentCases } from '../test/descent.ts'
import { testGpu } from '../test/gpu.ts'
import { descentWorkgroup, fitsWorkgroup } from './descent-workgroup.ts'

test.each(descentCases)(
  'one workgroup per row: %i rows, %i columns in groups of %i, %i moves tried at once',
  async (rows, columns, width, batch) => {
    const { moved, error } = await descentCase({ rows, columns, width, batch }, descentWorkgroup)
    // Codes and every gain equal those of the reference; rounding of G decides no step of these rows.
    expect(moved).toEqual([])
    // A gain is a difference: it errs by some 1e-6 of what the row loses.
    expect(error).toBeLessThan(1e-9)
  },
)

test.each([1, 4] as const)('limits of a row are kept, %i moves tried at once', async (batch) => {
  const shape = { rows: 15, columns: 48, width: 48, batch }
  const free = await descentCase(shape, descentWorkgroup)
  const few = await descentCase({ ...shape, moves: 3 }, descentWorkgroup)
  expect([few.moved, few.most]).toEqual([[], 3])
  const early = await descentCase({ ...shape, tolerance: 0.02 }, descentWorkgroup)
  expect(early.moved).toEqual([])
  expect(early.all).toBeLessThan(free.all)
})

test('rows that do not fit into workgroup memory are told apart', async () => {
  const gpu = await testGpu()
  expect(fitsWorkgroup(gpu, 1024)).toBe(true)
  expect(fitsWorkgroup(gpu, gpu.device.limits.maxComputeWorkgroupStorageSize / 4)).toBe(false)
})
