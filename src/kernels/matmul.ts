// Matrix product y = x · Wᵀ (or y += x · Wᵀ) in two shapes (the register shape in two depths): x [tokens, columns], W [rows, columns], y [tokens, rows].
// With a symmetric W it is also x · W, which is how the quantizers use it (E · H). W may be consecutive rows of a larger
// matrix: they give those columns of a wider y.
import deepCode from '../../shaders/matmul-register-deep.wgsl?raw'
import registerCode from '../../shaders/matmul-register.wgsl?raw'
import tiledCode from '../../shaders/matmul-tiled.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'
import { shapeOf, type Shaped } from './shape.ts'

const u32 = 'u32'
const params = { start: u32, tokens: u32, rows: u32, columns: u32, stride: u32, first: u32, accumulate: u32 } as const
const bindings = { x: 'read', weights: 'read', y: 'read_write' } as const

export const register = defineKernel({ name: 'matmul-register', code: registerCode, bindings, params })
/** The register shape for columns that are a multiple of 16, and rows, stride and first of 4. */
export const deep = defineKernel({ name: 'matmul-register-deep', code: deepCode, bindings, params })
export const tiled = defineKernel({ name: 'matmul-tiled', code: tiledCode, bindings, params })

export type MatmulShape = 'register' | 'tiled'

export interface MatmulSize {
  tokens: number
  rows: number
  columns: number
  /** Columns of y, of which rows give those from `first` on; as many as rows without it. */
  stride?: number
  first?: number
  /** Adds to what y holds. */
  accumulate?: boolean
}

export const matmulShaped: Shaped<MatmulShape> = {
  name: 'matmul',
  shapes: ['register', 'tiled'],
  sample(_gpu, scope, size) {
    const numbers = new Float32Array(size * size).fill(0.5)
    const buffers = {
      x: scope.upload('x', numbers),
      weights: scope.upload('weights', numbers),
      y: scope.upload('y', numbers),
    }
    return {
      work: size ** 3,
      record: (batch, shape) => matmul(batch, buffers, { tokens: size, rows: size, columns: size }, shape),
    }
  },
}

/**
 * Records the product, one by one with the tiles of W. Columns that are no multiple of 4 always take the tiled shape.
 */
export function matmul(
  batch: Batch,
  { weights, ...buffers }: { x: Binding; weights: Tiled; y: Binding },
  { rows, stride = rows, first = 0, ...size }: MatmulSize,
  shape: MatmulShape = shapeOf(batch.gpu, matmulShaped),
): void {
  for (const tile of tilesOf(weights, rows))
    one(
      batch,
      { ...buffers, weights: tile.binding },
      { ...size, rows: tile.rows, stride, first: first + tile.first },
      shape,
    )
}

/** Cut along the tokens so that no dispatch exceeds what one submit may hold. */
function one(
  batch: Batch,
  buffers: { x: Binding; weights: Binding; y: Binding },
  { tokens, rows, columns, stride, first, accumulate = false }: MatmulSize & { stride: number; first: number },
  shape: MatmulShape,
): void {
  const aligned = columns % 16 === 0 && [rows, stride, first].every((count) => count % 4 === 0)
  const [kernel, tokensPerGroup, rowsPerGroup] =
    shape === 'tiled' || columns % 4 ? [tiled, 64, 64] : aligned ? [deep, 32, 8] : [register, 32, 8]
  const piece = tokensPerGroup * Math.max(1, Math.floor(batch.gpu.workPerSubmit / (rows * columns * tokensPerGroup)))
  for (let start = 0; start < tokens; start += piece) {
    const end = Math.min(tokens, start + piece)
    batch.run(kernel, {
      bindings: buffers,
      params: { start, tokens: end, rows, columns, stride, first, accumulate: Number(accumulate) },
      workgroups: [Math.ceil(rows / rowsPerGroup), Math.ceil((end - start) / tokensPerGroup)],
      work: (end - start) * rows * columns,
    })
  }
}

/** The same in float64. */
export function reference(
  x: ArrayLike<number>,
  weights: ArrayLike<number>,
  { tokens, rows, columns, stride = rows, first = 0 }: MatmulSize,
  y: ArrayLike<number> = new Float64Array(tokens * stride),
): Float64Array {
  const sums = Float64Array.from(y)
  for (let t = 0; t < tokens; t++)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) sums[t * stride + first + r] += x[t * columns + c] * weights[r * columns + c]
  return sums
}
