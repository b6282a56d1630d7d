// One case of coordinate descent for both shapes of its kernels, against the float64 reference.
import type { Batch } from '../gpu/batch.ts'
import { descentColumns, descentPlaces } from '../kernels/descent-columns.ts'
import { reference, type DescentBindings, type DescentShape } from '../kernels/descent-thread.ts'
import { diagonal } from '../kernels/diagonal.ts'
import { reference as nearest } from '../kernels/nearest.ts'
import { reference as residualOf } from '../kernels/residual.ts'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from './gpu.ts'
import { minmaxLevels } from './levels.ts'
import { seededProblem } from './problems.ts'

export const descentCases: [rows: number, columns: number, width: number, batch: 1 | 4][] = [
  [1, 1, 1, 1],
  [15, 17, 17, 1],
  [17, 15, 4, 1],
  [3, 257, 64, 1],
  [70, 48, 32, 1],
  [15, 17, 17, 4],
  [17, 15, 4, 4],
  [3, 257, 64, 4],
]

/** A small problem at its nearest codes, with a dead column. */
export function descentProblem(rows: number, columns: number, width: number) {
  const dead = columns > 1 ? [columns >> 1] : []
  const { weights, hessian } = seededProblem({ rows, columns, seed: columns, dead })
  const shape = { rows, columns, width, groups: Math.ceil(columns / width), bits: 3 }
  const { scales, zeros } = minmaxLevels(weights, shape)
  const codes = nearest(weights, scales, zeros, shape)
  const residual = residualOf(weights, codes, scales, zeros, shape)
  const product = Float32Array.from({ length: rows * columns }, (_, at) => {
    const [row, j] = [Math.floor(at / columns), at % columns]
    let sum = 0
    for (let i = 0; i < columns; i++) sum += residual[row * columns + i] * hessian[i * columns + j]
    return sum
  })
  return { shape, weights, hessian, scales, zeros, codes, residual, product }
}

export interface DescentCase {
  rows: number
  columns: number
  width: number
  batch: 1 | 4
  /** Most moves of a row, and the tolerance. */
  moves?: number
  tolerance?: number
}

/**
 * Runs two pieces of the descent; gives the places of codes that differ, the error of the gains, and the moves: of the row
 * with most, and of all.
 */
export async function descentCase(
  { rows, columns, width, batch: tried, moves = 1000, tolerance = 0 }: DescentCase,
  descend: (batch: Batch, bindings: DescentBindings, shape: DescentShape) => void,
): Promise<{ moved: number[]; error: number; most: number; all: number }> {
  const { shape, hessian, scales, codes, residual, product } = descentProblem(rows, columns, width)
  const pieces = [5, 2 * columns]
  const whole = { ...shape, batch: tried, tolerance, again: false }
  const expected = reference(hessian, scales, residual, codes, { ...whole, steps: pieces[0] + pieces[1] }, moves)
  const losses = Float32Array.from({ length: rows }, (_, row) => {
    const at = row * columns
    return residual.subarray(at, at + columns).reduce((sum, e, j) => sum + e * product[at + j], 0)
  })
  return withGpu(async (gpu, scope) => {
    const matrix = scope.upload('hessian', Float32Array.from(hessian))
    const natural = Uint32Array.from({ length: columns }, (_, j) => j)
    const places = descentPlaces(natural, width)
    const order = scope.upload('order', places)
    const stride = places.length
    const bindings = {
      matrix: scope.buffer('matrix', 4 * (columns + 1) * stride),
      scales: scope.upload('scales', Float32Array.from(scales)),
      state: scope.buffer('state', 4 * (rows + 1) * stride),
      codes: scope.upload('codes', Uint32Array.from(codes)),
      ledger: scope.upload(
        'ledger',
        Float32Array.from({ length: 2 * rows }, (_, at) => (at % 2 ? moves : losses[at / 2])),
      ),
      queue: scope.buffer('queue', 4),
      waiting: scope.buffer('waiting', 8 * rows),
    }
    const start = gpu.batch('start')
    const given = { diagonal: scope.buffer('diagonal', 8 * columns), order }
    diagonal(start, { matrix, diagonal: given.diagonal }, { columns })
    descentColumns(start, { ...given, matrix, scaled: bindings.matrix }, { rows: columns, columns, stride })
    const gradient = scope.upload('product', product)
    descentColumns(start, { ...given, matrix: gradient, scaled: bindings.state }, { rows, columns, stride })
    start.flush()
    const pairs: number[] = []
    for (const steps of pieces) {
      const gains = scope.buffer('gains', 8 * steps * rows)
      const batch = gpu.batch('descent').clear(gains).clear(bindings.queue)
      descend(batch, { ...bindings, gains }, { ...whole, steps })
      await batch.submit()
      pairs.push(...(await gpu.readF32(gains)))
    }
    const found = await gpu.readU32(bindings.codes)
    const moved = [...found.keys()].filter((at) => found[at] !== expected.codes[at])
    const movesOf = (row: number) => pairs.reduce((sum, n, at) => sum + (at % (2 * rows) === 2 * row + 1 ? n : 0), 0)
    const made = Array.from({ length: rows }, (_, row) => movesOf(row))
    const all = made.reduce((sum, n) => sum + n)
    return { moved, error: normalisedError(pairs, expected.gains), most: Math.max(...made), all }
  })
}
