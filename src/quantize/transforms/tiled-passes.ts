// Changes of basis of matrices that no single binding holds: along the rows tile by tile, turned round, and along the
// rows once more. Every sum has the same terms in the same order as in one buffer (see passes.ts).
import type { Gpu } from '../../gpu/gpu.ts'
import { RowTiles, tileRows } from '../../gpu/row-tiles.ts'
import { Scope } from '../../gpu/scope.ts'
import { transpose } from '../../kernels/transpose.ts'
import { forward, scaled, transposed, unmixed, type Both, type Mixing } from './passes.ts'

/** L diag(a) X diag(b) Rᵀ of X [rows, columns]; the caller owns the tiles. */
export function forwardTiles(
  gpu: Gpu,
  label: string,
  source: RowTiles,
  sides: Both<Mixing>,
  scales: Both<Float64Array>,
): RowTiles {
  if (!sides[0].factors.length) return alongRows(gpu, label, source, sides[1], scales)
  using across = turnedTiles(gpu, label, source, sides, scales)
  return turned(gpu, label, across)
}

/** (L diag(a) X diag(b) Rᵀ)ᵀ */
export function turnedTiles(
  gpu: Gpu,
  label: string,
  source: RowTiles,
  [left, right]: Both<Mixing>,
  scales: Both<Float64Array>,
): RowTiles {
  using scope = new Scope(gpu)
  const half = scope.own(alongRows(gpu, label, source, right, scales))
  const across = scope.own(turned(gpu, label, half))
  scope.release(half)[Symbol.dispose]()
  return alongRows(gpu, label, across, left, [ones(across.rows), ones(across.stride)])
}

/** diag(a) Lᵀ Y R diag(b) of Y; the caller owns both. */
export function backwardTiles(
  gpu: Gpu,
  label: string,
  source: RowTiles,
  [left, right]: Both<Mixing>,
  scales: Both<Float64Array>,
): RowTiles {
  const back = [reversed(left), reversed(right)] as const
  using mixed = forwardTiles(gpu, label, source, back, [ones(source.rows), ones(source.stride)])
  return alongRows(gpu, label, mixed, unmixed(mixed.stride), scales)
}

/** diag(a) X diag(b) Rᵀ, tile by tile. */
export function alongRows(
  gpu: Gpu,
  label: string,
  source: RowTiles,
  right: Mixing,
  [a, b]: Both<Float64Array>,
): RowTiles {
  const { rows, stride: columns } = source
  using scope = new Scope(gpu)
  const result = scope.own(RowTiles.create(gpu, label, rows, right.outputs))
  const height = tileRows(gpu.adapter, label, rows, Math.max(columns, right.outputs))
  for (let first = 0; first < rows; first += height) {
    const count = Math.min(height, rows - first)
    using band = source.band(gpu, first, count)
    const size = { rows: count, columns }
    const signs = [a.subarray(first, first + count), b] as const
    using own = right.factors.length
      ? forward(gpu, label, band, size, [unmixed(count), right], signs)
      : scaled(gpu, label, band, size, signs)
    const batch = gpu.batch(label)
    result.put(batch, own, first, count)
    batch.flush()
  }
  return scope.release(result)
}

/** Xᵀ */
function turned(gpu: Gpu, label: string, source: RowTiles): RowTiles {
  const result = RowTiles.create(gpu, label, source.stride, source.rows)
  const batch = gpu.batch('turn round')
  transpose(batch, { x: source, y: result }, { rows: result.rows, columns: result.stride })
  batch.flush()
  return result
}

/** The factors of the transpose, without the signs. */
function reversed({ inputs, outputs, factors }: Mixing): Mixing {
  return { inputs: outputs, outputs: inputs, signs: ones(outputs), factors: factors.map(transposed).reverse() }
}

const ones = (count: number) => new Float64Array(count).fill(1)
