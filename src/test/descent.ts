// One case of coordinate descent for both shapes of its kernel, against the float64 reference.
import type { Batch } from '../gpu/batch.ts'
import { diagonal } from '../kernels/diagonal.ts'
import { reference, type DescentBindings, type DescentShape, type Rule } from '../kernels/descent-thread.ts'
import { reference as residualOf } from '../kernels/residual.ts'
import { reference as minmax } from '../kernels/minmax.ts'
import { reference as nearest } from '../kernels/nearest.ts'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from './gpu.ts'
import { seededProblem } from './problems.ts'

export const descentCases: [rule: Rule, rows: number, columns: number, width: number][] = (
  ['greedy', 'cyclic'] as const
).flatMap((rule) => [
  [rule, 1, 1, 1],
  [rule, 15, 17, 17],
  [rule, 17, 15, 4],
  [rule, 3, 257, 64],
  [rule, 70, 48, 32],
])

interface Case {
  rule: Rule
  rows: number
  columns: number
  width: number
}

/** Runs two pieces of the descent; gives the places of codes that differ, and the error of the gains. */
export async function descentCase(
  { rule, rows, columns, width }: Case,
  descend: (batch: Batch, bindings: DescentBindings, shape: DescentShape, rule: Rule) => void,
): Promise<{ moved: number[]; error: number }> {
  const dead = columns > 1 ? [columns >> 1] : []
  const { weights, hessian } = seededProblem({ rows, columns, seed: columns, dead })
  const groups = Math.ceil(columns / width)
  const shape = { rows, columns, width, groups, bits: 3, sweeps: 3 }
  const { scales, zeros } = minmax(weights, { ...shape, symmetric: false, scaleType: 'f32' })
  const codes = nearest(weights, scales, zeros, shape)
  const residual = residualOf(weights, codes, scales, zeros, shape)
  const steps = [5, 2 * columns]
  const expected = reference(hessian, scales, residual, codes, { ...shape, steps: steps[0] + steps[1] }, rule)
  return withGpu(async (gpu, scope) => {
    const product = Float32Array.from({ length: rows * columns }, (_, at) => {
      const [row, j] = [Math.floor(at / columns), at % columns]
      let sum = 0
      for (let i = 0; i < columns; i++) sum += residual[row * columns + i] * hessian[i * columns + j]
      return sum
    })
    const matrix = scope.upload('hessian', Float32Array.from(hessian))
    const bindings = {
      hessian: matrix,
      diagonal: scope.buffer('diagonal', 8 * columns),
      scales: scope.upload('scales', Float32Array.from(scales)),
      product: scope.upload('product', product),
      codes: scope.upload('codes', Uint32Array.from(codes)),
      cursors: scope.upload('cursors', new Uint32Array(rows)),
    }
    const all: number[] = []
    for (const count of steps) {
      const gains = scope.buffer('gains', 4 * count * rows)
      const batch = gpu.batch('descent')
      diagonal(batch, { matrix, diagonal: bindings.diagonal }, { columns })
      descend(batch, { ...bindings, gains }, { ...shape, steps: count }, rule)
      await batch.submit()
      all.push(...(await gpu.readF32(gains)))
    }
    const found = await gpu.readU32(bindings.codes)
    const moved = [...found.keys()].filter((at) => found[at] !== expected.codes[at])
    return { moved, error: normalisedError(all, expected.gains) }
  })
}
