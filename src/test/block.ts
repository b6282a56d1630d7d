// One case of block descent for both shapes of its kernel, against the float64 reference.
import { expect } from 'vitest'
import type { Batch } from '../gpu/batch.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { blockCouplings, couplingsBytes, pairWord } from '../kernels/block-couplings.ts'
import { quadsOf } from '../kernels/block.ts'
import { openingsBytes, reference, type BlockBindings, type BlockShape } from '../kernels/block-thread.ts'
import { diagonal } from '../kernels/diagonal.ts'
import { reference as nearest } from '../kernels/nearest.ts'
import { reference as residualOf } from '../kernels/residual.ts'
import { normalisedError } from '../math/compare.ts'
import { referenceDescent } from '../quantize/reference-descent.ts'
import { partitions, type Draw, type Pair } from '../quantize/steps/block-partitions.ts'
import { withGpu } from './gpu.ts'
import { minmaxLevels } from './levels.ts'
import { seededProblem } from './problems.ts'

export interface BlockCase {
  rows: number
  columns: number
  width: number
  bits: number
  draw: Draw
  patience: number
  /** Begin where greedy descent ends, with as many partitions as columns. */
  descended?: boolean
}

export const blockCases: BlockCase[] = [
  { rows: 1, columns: 1, width: 1, bits: 3, draw: 'tournament', patience: 9 },
  { rows: 5, columns: 2, width: 1, bits: 2, draw: 'independent', patience: 9 },
  { rows: 15, columns: 17, width: 17, bits: 3, draw: 'tournament', patience: 5 },
  { rows: 17, columns: 15, width: 4, bits: 2, draw: 'independent', patience: 40 },
  { rows: 3, columns: 257, width: 64, bits: 2, draw: 'tournament', patience: 400 },
  { rows: 70, columns: 48, width: 32, bits: 3, draw: 'tournament', patience: 48 },
  { rows: 2, columns: 18, width: 18, bits: 6, draw: 'independent', patience: 20 },
  { rows: 30, columns: 40, width: 40, bits: 3, draw: 'tournament', patience: 40, descended: true },
  { rows: 30, columns: 41, width: 16, bits: 4, draw: 'independent', patience: 40, descended: true },
]

/** Words of pairs as a partition's quads hold them; what is left over holds its last pair's first column alone. */
export function pairWords(partition: readonly Pair[], quads: number): number[] {
  const alone = partition[partition.length - 1][0]
  return Array.from({ length: 4 * quads }, (_, at) => pairWord(...(partition[at] ?? [alone, alone])))
}

/** Cases in tiles: the bytes that a buffer holds, 64 rows of H and more than all else takes. */
export const tiledBlockCases: [limit: number, one: BlockCase][] = [
  [40 * 1024, { rows: 30, columns: 150, width: 64, bits: 3, draw: 'tournament', patience: 150 }],
  [72 * 1024, { rows: 3, columns: 257, width: 64, bits: 2, draw: 'independent', patience: 400 }],
]

/** Runs three pieces, with H in tiles where a binding holds less; gives the places of codes that differ, of steps that moved other codes, and the gains' error. */
export async function blockCase(
  { rows, columns, width, bits, draw, patience, descended = false }: BlockCase,
  run: (batch: Batch, bindings: BlockBindings, shape: BlockShape) => void,
  limit?: number,
): Promise<{ codes: number[]; moved: number[]; error: number; moves: number }> {
  const dead = columns > 2 ? [columns >> 1] : []
  const { weights, hessian } = seededProblem({ rows, columns, seed: columns, dead })
  const groups = Math.ceil(columns / width)
  const level = { rows, columns, width, groups, bits }
  const { scales, zeros } = minmaxLevels(weights, level)
  const rounded = nearest(weights, scales, zeros, level)
  const levels = {
    ...level,
    scales,
    zeros,
    group: width,
    symmetric: false,
    scaleType: 'f32',
    zeroType: 'integer',
  } as const
  const start = descended
    ? referenceDescent({ rows, columns, weights, hessian }, levels, rounded, 'greedy', Infinity, Infinity).codes
    : rounded
  const residual = residualOf(weights, start, scales, zeros, level)
  const pieces = [5, 1, Math.min(60, columns)]
  const count = pieces.reduce((sum, steps) => sum + steps, 0)
  const drawn = partitions(columns, draw, 3)
  const steps = Array.from({ length: count }, () => drawn.next().value)
  const expected = reference(hessian, scales, residual, start, steps, { ...level, patience })
  const quads = quadsOf(columns)
  return withGpu(async (gpu, scope) => {
    const product = Float32Array.from({ length: rows * columns }, (_, at) => {
      const [row, j] = [Math.floor(at / columns), at % columns]
      let sum = 0
      for (let i = 0; i < columns; i++) sum += residual[row * columns + i] * hessian[i * columns + j]
      return sum
    })
    const matrix = scope.own(RowTiles.upload(gpu, 'hessian', columns, columns, Float32Array.from(hessian)))
    if (limit) expect(matrix.tiles.length).toBeGreaterThan(1)
    const inverse = scope.buffer('diagonal', 8 * columns)
    const bindings = {
      hessian: matrix,
      scales: scope.upload('scales', Float32Array.from(scales)),
      product: scope.upload('product', product),
      codes: scope.upload('codes', Uint32Array.from(start)),
      pairs: scope.upload('pairs', Uint32Array.from(steps.flatMap((partition) => pairWords(partition, quads)))),
      couplings: scope.buffer('couplings', couplingsBytes({ columns, steps: count, quads })),
      openings: scope.buffer('openings', openingsBytes(rows, columns)),
      gains: scope.buffer('gains', 8 * count * rows),
    }
    const batch = gpu.batch('block')
    batch.clear(bindings.gains)
    diagonal(batch, { matrix, diagonal: inverse }, { columns })
    blockCouplings(batch, { ...bindings, diagonal: inverse }, { columns, steps: count, quads })
    let first = 0
    for (const size of pieces) {
      run(batch, bindings, { ...level, first, steps: size, quads, patience, fresh: first === 0 })
      first += size
    }
    await batch.submit()
    const changes = await gpu.readF32(bindings.gains)
    const gains = Array.from(expected.gains, (_, at) => changes[2 * at])
    const found = await gpu.readU32(bindings.codes)
    const moves = expected.moved.reduce((sum, moved) => sum + moved, 0)
    return {
      codes: [...found.keys()].filter((at) => found[at] !== expected.codes[at]),
      moved: gains.flatMap((_, at) => (changes[2 * at + 1] === expected.moved[at] ? [] : [at])),
      error: normalisedError(gains, expected.gains),
      moves,
    }
  }, limit)
}
