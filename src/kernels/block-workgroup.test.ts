import { expect, test } from 'vitest'
import { blockCase, blockCases, tiledBlockCases } from '../test/block.ts'
import { blockWorkgroup } from './block-workgroup.ts'

test.each(blockCases)(
  'one workgroup per row: $rows × $columns in groups of $width, $bits bits, $draw, patience $patience',
  async (one) => {
    const { codes, moved, error } = await blockCase(one, blockWorkgroup)
    // Codes, the number of them that moved and every gain equal those of the reference, which tries every pair of
    // levels: rounding of G decides no step of these rows.
    expect(codes).toEqual([])
    expect(moved).toEqual([])
    // A gain is a difference: it errs by some 1e-6 of what the row loses.
    expect(error).toBeLessThan(1e-9)
  },
)

test.each(tiledBlockCases)('H in tiles of at most %i bytes: %o', async (limit, one) => {
  const { codes, moved, error } = await blockCase(one, blockWorkgroup, limit)
  expect(codes).toEqual([])
  expect(moved).toEqual([])
  // As above.
  expect(error).toBeLessThan(1e-9)
})
