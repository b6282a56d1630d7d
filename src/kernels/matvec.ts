// Matrix times vector, y = W x (or y += W x): the product of a single token; and the product of any number of tokens by the kernel that
// suits it.
import registerCode from '../../shaders/matvec-register.wgsl?raw'
import code from '../../shaders/matvec.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'
import { matmul, type MatmulSize } from './matmul.ts'
import { rows as rowShapes, type RowShape } from './rows.ts'
import { shapeOf } from './shape.ts'

const bindings = { x: 'read', weights: 'read', y: 'read_write' } as const
const params = { rows: 'u32', columns: 'u32', first: 'u32', accumulate: 'u32' } as const

/** LANES invocations to a row: 64 of them, or one where the register shape does not fit. */
export const kernel = defineKernel({ name: 'matvec', code, bindings, params })
/** Four rows to an invocation, for columns that are a multiple of 4. */
export const register = defineKernel({ name: 'matvec-register', code: registerCode, bindings, params })

/** Records the product, one by one with the tiles of W: x [columns], weights [rows, columns], y from `first` on. */
export function matvec(
  batch: Batch,
  { weights, ...buffers }: { x: Binding; weights: Tiled; y: Binding },
  { first = 0, ...size }: Omit<MatmulSize, 'tokens' | 'stride'>,
  shape: RowShape = shapeOf<RowShape>(batch.gpu, rowShapes),
): void {
  for (const tile of tilesOf(weights, size.rows))
    one(batch, { ...buffers, weights: tile.binding }, { ...size, rows: tile.rows, first: first + tile.first }, shape)
}

function one(
  batch: Batch,
  buffers: { x: Binding; weights: Binding; y: Binding },
  { rows, columns, first, accumulate = false }: Omit<MatmulSize, 'tokens' | 'stride'> & { first: number },
  shape: RowShape,
): void {
  const dispatch = {
    bindings: buffers,
    params: { rows, columns, first, accumulate: Number(accumulate) },
    work: rows * columns,
  }
  if (shape === 'thread' && columns % 4 === 0)
    batch.run(register, { ...dispatch, overrides: { LANES: 16 }, workgroups: spread(Math.ceil(rows / 64)) })
  else {
    const [LANES, ROWS] = shape === 'thread' ? [1, 16] : [64, 4]
    batch.run(kernel, { ...dispatch, overrides: { LANES, ROWS }, workgroups: spread(Math.ceil(rows / ROWS)) })
  }
}

/** Records y = x · Wᵀ for any number of tokens, as `matmul` does; a single token goes through `matvec`. */
export function product(batch: Batch, bindings: { x: Binding; weights: Tiled; y: Binding }, size: MatmulSize): void {
  if (size.tokens === 1) matvec(batch, bindings, size)
  else matmul(batch, bindings, size)
}

/** The same in float64. */
export function reference(
  x: ArrayLike<number>,
  weights: ArrayLike<number>,
  rows: number,
  y: ArrayLike<number> = new Float64Array(rows),
): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = y[row]
    for (let column = 0; column < x.length; column++) sum += weights[row * x.length + column] * x[column]
    return sum
  })
}
