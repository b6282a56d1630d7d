// The Hessian as a running mean over chunks of tokens: after chunks of n and m tokens H = (n · H + XᵀX) / (n + m). Upper triangle;
// `mirror` completes it. Float32 sums stay inside one chunk, so keep chunks to a few thousand tokens.
import registerCode from '../../shaders/gram-register.wgsl?raw'
import tiledCode from '../../shaders/gram-tiled.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'
import { shapeOf, type Shaped } from './shape.ts'

const params = {
  start: 'u32',
  end: 'u32',
  tokens: 'u32',
  columns: 'u32',
  first: 'u32',
  keep: 'f32',
  scale: 'f32',
} as const
const bindings = { x: 'read', matrix: 'read_write' } as const

export const register = defineKernel({ name: 'gram-register', code: registerCode, bindings, params })
export const tiled = defineKernel({ name: 'gram-tiled', code: tiledCode, bindings, params })

export type GramShape = 'register' | 'tiled'

export const gramShaped: Shaped<GramShape> = {
  name: 'gram',
  shapes: ['register', 'tiled'],
  sample(_gpu, scope, size) {
    const x = scope.upload('x', new Float32Array(size * size).fill(0.5))
    const matrix = scope.buffer('matrix', 4 * size * size)
    return {
      work: size ** 3 / 2,
      record: (batch, shape) => gram(batch, { x, matrix }, { tokens: size, columns: size, before: 0 }, shape),
    }
  },
}

/**
 * Records H ← H merged with the chunk, upper triangle: x [tokens, columns], matrix [columns, columns], a mean over `before` tokens so
 * far. The work is cut along H's rows. Columns that are no multiple of 4 always take the tiled shape.
 */
export function gram(
  batch: Batch,
  buffers: { x: Binding; matrix: Tiled },
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
        work: tokens * (end - start) * (columns - (start + end) / 2),
      })
    }
}

/** Merges a chunk in float64 into the mean over `before` tokens; both triangles. */
export function reference(
  x: ArrayLike<number>,
  { tokens, columns, before }: { tokens: number; columns: number; before: number },
  mean: ArrayLike<number> = new Float64Array(columns * columns),
): Float64Array {
  const matrix = new Float64Array(columns * columns)
  for (let i = 0; i < columns; i++)
    for (let j = 0; j < columns; j++) {
      let sum = before * mean[i * columns + j]
      for (let t = 0; t < tokens; t++) sum += x[t * columns + i] * x[t * columns + j]
      matrix[i * columns + j] = sum / (before + tokens)
    }
  return matrix
}
