import { expect, test } from 'vitest'
import { descentCase, descentCases } from '../test/descent.ts'
import { descentThread } from './descent-thread.ts'

test.each(descentCases)(
  'one thread per row: %i rows, %i columns in groups of %i, %i moves tried at once',
  async (rows, columns, width, batch) => {
    const { moved, error } = await descentCase({ rows, columns, width, batch }, descentThread)
    // Codes and every gain equal those of the reference; rounding of G decides no step of these rows.
    expect(moved).toEqual([])
    // A gain is a difference: it errs by some 1e-6 of what the row loses.
    expect(error).toBeLessThan(1e-9)
  },
)

test.each([1, 4] as const)('limits of a row are kept, %i moves tried at once', async (batch) => {
  const shape = { rows: 15, columns: 48, width: 48, batch }
  const free = await descentCase(shape, descentThread)
  const few = await descentCase({ ...shape, moves: 3 }, descentThread)
  expect([few.moved, few.most]).toEqual([[], 3])
  const early = await descentCase({ ...shape, tolerance: 0.02 }, descentThread)
  expect(early.moved).toEqual([])
  expect(early.all).toBeLessThan(free.all)
})
