import { expect, test } from 'vitest'
import { descentCase, descentCases } from '../test/descent.ts'
import { testGpu } from '../test/gpu.ts'
import { descentWorkgroup, fitsWorkgroup } from './descent-workgroup.ts'

test.each(descentCases)(
  'one workgroup per row: %s, %i rows, %i columns in groups of %i',
  async (rule, rows, columns, width) => {
    const { moved, error } = await descentCase({ rule, rows, columns, width }, descentWorkgroup)
    // Codes and every gain equal those of the reference; rounding of G decides no step of these rows.
    expect(moved).toEqual([])
    // A gain is a difference: it errs by some 1e-6 of what the row loses.
    expect(error).toBeLessThan(1e-9)
  },
)

test('rows that do not fit into workgroup memory are told apart', async () => {
  const gpu = await testGpu()
  expect(fitsWorkgroup(gpu, 1024)).toBe(true)
  expect(fitsWorkgroup(gpu, gpu.device.limits.maxComputeWorkgroupStorageSize / 4)).toBe(false)
})
