// One refit of all scales, and zeros, for codes as they are: per row least squares in the H metric. With ŵ = (s + δ) a + c
// in each group, a = code − zero, the change of the loss is 2 pᵀAᵀG + pᵀ(AᵀHA)p in p = (c, δ) of all groups, G = E·H; one
// scale and zero for the layer: the sum over its rows.
// AᵀHA of all rows costs rows · columns² / 2 multiply-adds as products with H, group by group; the systems are solved in
// rows · unknowns³ / 6, unknowns = 2 · groups, or groups where zeros stay. Rows are taken in tiles, so that basis,
// product and systems, 2 · columns + unknowns² / 2 words a row, stay within 64 MiB.
import { RowTiles } from '../../gpu/row-tiles.ts'
import { Scope } from '../../gpu/scope.ts'
import { padded, rankUpdate } from '../../kernels/rank-update.ts'
import { refitBasis } from '../../kernels/refit-basis.ts'
import { refitGradient } from '../../kernels/refit-gradient.ts'
import { refitGroupSums } from '../../kernels/refit-group-sums.ts'
import { entriesOf, refitNormal, unknownsOf, type NormalShape } from '../../kernels/refit-normal.ts'
import { normalLayout, refitSolve } from '../../kernels/refit-solve.ts'
import { Paced, type Stoppable } from '../paced.ts'
import { TENSOR, type Levels } from '../problem.ts'
import type { Work } from '../stage.ts'
import { tensorChange } from './refit-tensor.ts'

const TILE_WORDS = 2 ** 24
/** Tiles are whole numbers of so many rows. */
const TILE_ROWS = 16

export interface Refitted {
  /** The caller owns them. */
  levels: Levels
  /** Of every row: 1 where its levels are new. */
  changed: Uint32Array
}

/** New levels by the gradient G in `measure.product`. `offsets`: zeros are free, too. */
export async function* refitLevels(work: Work, offsets: boolean): Stoppable<Refitted> {
  const { gpu, problem, levels, codes, measure } = work
  const { rows, columns, hessian } = problem
  const { width, groups, scaleType, zeros } = levels
  using scope = new Scope(gpu)
  const paced = new Paced(gpu, 'refit')
  const { batch } = paced
  // Products are made in fours: rows of H begin at multiples of four.
  const matrixStride = padded(columns)
  let { matrix } = hessian
  if (matrixStride !== columns) {
    matrix = scope.own(RowTiles.create(gpu, 'padded hessian', columns, matrixStride))
    matrix.copyFrom(batch, hessian.matrix)
  }
  const size = { columns, width, groups, offsets }
  // The systems of a tile are solved in one dispatch, which has to end soon.
  const affordable = Math.min(
    TILE_WORDS / (2 * columns + entriesOf(size)),
    (6 * gpu.workPerSubmit) / unknownsOf(size) ** 3,
  )
  const most = Math.max(1, Math.floor(affordable / TILE_ROWS))
  const stride = TILE_ROWS * Math.min(most, Math.ceil(rows / TILE_ROWS))
  const layout = normalLayout(batch, stride, size)
  const sums = scope.buffer('group sums', 4 * columns * groups)
  const basis = scope.buffer('refit basis', 4 * columns * stride)
  const product = scope.buffer('refit product', 4 * columns * stride)
  const normal = scope.buffer('normal equations', 4 * layout.words)
  const made = {
    scales: scope.buffer('refitted scales', 4 * rows * groups),
    zeros: scope.buffer('refitted zeros', 4 * rows * groups),
  }
  const changed = scope.buffer('changed', 4 * rows)
  const total = new Float64Array(entriesOf(size))
  refitGroupSums(batch, { hessian: hessian.matrix, sums }, size)
  for (let first = 0; first < rows; first += stride) {
    const count = Math.min(stride, rows - first)
    const shape: NormalShape = { ...size, ...layout, rows: count, stride }
    refitBasis(batch, { codes, zeros, basis }, { ...size, rows, first, stride })
    refitGradient(batch, { gradient: measure.product, basis, normal }, shape, first)
    for (let g = 0; g < groups; g++) {
      batch.clear(product)
      const end = Math.min(columns, (g + 1) * width)
      const from = 4 * Math.floor((g * width) / 4)
      const piece = Math.max(4, Math.floor(gpu.workPerSubmit / ((columns - from) * count)))
      for (let i = g * width; i < end;) {
        const tile = matrix.at(i)
        const depth = Math.min(piece, end - i, tile.first + tile.rows - i)
        const left = { binding: tile.buffer, offset: (i - tile.first) * matrixStride + from, stride: matrixStride }
        const right = { binding: basis, offset: i * stride, stride }
        const result = { binding: product, offset: from * stride, stride }
        const update = { rows: columns - from, columns: count, depth, sign: 1, upper: false } as const
        rankUpdate(batch, { left, right, result }, update)
        yield* paced.after(update.rows * count * depth)
        i += depth
      }
      refitNormal(batch, { basis, product, sums, normal }, shape, g)
    }
    if (levels.group === TENSOR) {
      batch.flush()
      const words = await gpu.readF32(normal)
      for (let entry = 0; entry < total.length; entry++)
        for (let row = 0; row < count; row++) total[entry] += words[entry * layout.entryStride + row * layout.rowStride]
    } else {
      const old = { old_scales: levels.scales, old_zeros: zeros }
      refitSolve(batch, { normal, ...old, ...made, changed }, { ...size, rows: count, first, scaleType }, layout)
      yield* paced.after((count * unknownsOf(size) ** 3) / 6)
    }
  }
  batch.flush()
  const flags = levels.group === TENSOR ? new Uint32Array(rows) : await gpu.readU32(changed)
  if (levels.group === TENSOR) {
    const [scale] = await gpu.readF32(levels.scales, 0, 1)
    const [zero] = await gpu.readF32(zeros, 0, 1)
    const { together } = problem
    const all = together ? Float64Array.from(yield* together.sum([...total])) : total
    const found = tensorChange(all, { scale, zero }, { offsets, scaleType })
    gpu.write(made.scales, new Float32Array(rows).fill(found.scale))
    gpu.write(made.zeros, new Float32Array(rows).fill(found.zero))
    flags.fill(Number(found.changed))
  }
  const buffers = { scales: scope.release(made.scales), zeros: scope.release(made.zeros) }
  const dispose = () => {
    buffers.scales[Symbol.dispose]()
    buffers.zeros[Symbol.dispose]()
  }
  const zeroType = offsets ? 'real' : levels.zeroType
  return { levels: { ...levels, ...buffers, zeroType, [Symbol.dispose]: dispose }, changed: flags }
}
