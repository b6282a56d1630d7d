// The cross moment of two inputs as a running mean over chunks of tokens: after chunks of n and m tokens
// M = (n · M + XᵀY) / (n + m). Not symmetric, so all of it is computed. Float32 sums stay inside one chunk.
import registerCode from '../../shaders/cross-gram-register.wgsl?raw'
import tiledCode from '../../shaders/cross-gram-tiled.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'
import { gramShaped, type GramShape } from './gram.ts'
import { shapeOf } from './shape.ts'

const params = {
  start: 'u32',
  end: 'u32',
  tokens: 'u32',
  columns: 'u32',
  first: 'u32',
  keep: 'f32',
  scale: 'f32',
} as const
const bindings = { x: 'read', y: 'read', matrix: 'read_write' } as const

export const register = defineKernel({ name: 'cross-gram-register', code: registerCode, bindings, params })
export const tiled = defineKernel({ name: 'cross-gram-tiled', code: tiledCode, bindings, params })

/**
 * Records M ← M merged with the chunk: x, y [tokens, columns], matrix [columns, columns], M[i, j] the mean of x_i · y_j
 * over `before` tokens so far. The work is cut along M's rows. It takes the shape that is faster for `gram`; columns
 * that are no multiple of 4 always take the tiled one.
 */
export function crossGram(
  batch: Batch,
  buffers: { x: Binding; y: Binding; matrix: Tiled },
  { tokens, columns, before }: { tokens: number; columns: number; before: number },
  shape: GramShape = shapeOf(batch.gpu, gramShaped),
): void {
  const wide = shape === 'register' && columns % 4 === 0
  const [rowsPerGroup, columnsPerGroup] = wide ? [32, 8] : [64, 64]
  const piece = rowsPerGroup * Math.max(1, Math.floor(batch.gpu.workPerSubmit / (tokens * columns * rowsPerGroup)))
  for (const { first, rows, binding: matrix } of tilesOf(buffers.matrix, columns))
    for (let start = first; start < first + rows; start += piece) {
      const end = Math.min(first + rows, start + piece)
      batch.run(wide ? register : tiled, {
        bindings: { ...buffers, matrix },
        params: { start, end, tokens, columns, first, keep: before / (before + tokens), scale: 1 / (before + tokens) },
        workgroups: [Math.ceil(columns / columnsPerGroup), Math.ceil((end - start) / rowsPerGroup)],
        work: tokens * (end - start) * columns,
      })
    }
}

/** Merges a chunk in float64 into the mean over `before` tokens. */
export function reference(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { tokens, columns, before }: { tokens: number; columns: number; before: number },
  mean: ArrayLike<number> = new Float64Array(columns * columns),
): Float64Array {
  const matrix = new Float64Array(columns * columns)
  for (let i = 0; i < columns; i++)
    for (let j = 0; j < columns; j++) {
      let sum = before * mean[i * columns + j]
      for (let t = 0; t < tokens; t++) sum += x[t * columns + i] * y[t * columns + j]
      matrix[i * columns + j] = sum / (before + tokens)
    }
  return matrix
}
