import { expect, test } from 'vitest'
import { descentCase, descentCases } from '../test/descent.ts'
import { descentThread } from './descent-thread.ts'

test.each(descentCases)(
  'one thread per row: %s, %i rows, %i columns in groups of %i',
  async (rule, rows, columns, width) => {
    const { moved, error } = await descentCase({ rule, rows, columns, width }, descentThread)
    // Codes and every gain equal those of the reference; rounding of G decides no step of these rows.
    expect(moved).toEqual([])
    // A gain is a difference: it errs by some 1e-6 of what the row loses.
    expect(error).toBeLessThan(1e-9)
  },
)
