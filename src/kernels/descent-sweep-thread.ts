// Cyclic coordinate descent in every row (QuantEase, Behdin et al. 2023, lemma 1, on codes): the columns in their order,
// sweep after sweep, each set to its best level: by r levels of size s where h s² r (r − 2z), z = −G_j / (h_j s), is
// lowest. Barrier-free shape: one thread per row, blocks of 16 columns.
import code from '../../shaders/descent-sweep-thread.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'
import { roundHalfEven } from '../math/round.ts'
import { DESCENT_BLOCK, descentStride } from './descent-columns.ts'
import type { LevelShape } from './nearest.ts'

export const kernel = defineKernel({
  name: 'descent-sweep-thread',
  code,
  bindings: {
    matrix: 'read',
    order: 'read',
    scales: 'read',
    state: 'read_write',
    codes: 'read_write',
    history: 'read_write',
    gains: 'read_write',
    queue: 'read_write',
  },
  params: {
    rows: 'u32',
    columns: 'u32',
    stride: 'u32',
    width: 'u32',
    groups: 'u32',
    top: 'f32',
    first: 'u32',
    turns: 'u32',
    tile_first: 'u32',
    tile_rows: 'u32',
    resume: 'u32',
  },
})

export interface SweepShape extends LevelShape {
  /** Block whose turn it is, and turns of this dispatch. */
  first: number
  turns: number
}

export interface SweepBindings {
  /** f32 [columns + 1, descentStride(columns)]: H by descentColumns, rows and columns in the order of the sweep */
  matrix: Tiled
  /** u32 [stride], by descentPlaces */
  order: Binding
  /** f32 [rows, groups] */
  scales: Binding
  /** f32 [rows + 1, stride]: G by descentColumns; kept with what `history` says of it */
  state: Binding
  /** u32 [rows, columns] */
  codes: Binding
  /** f32 [rows, 1 + blocks + columns, 2], zeros where the gradient is new */
  history: Binding
  /** f32 [turns, rows, 2], zeros before: what a block's turn changed in its row's objective, and its moves */
  gains: Binding
  /** u32 [1], zero before */
  queue: GpuBuffer
}

/** Columns that take their turn together. */
export const THREAD_BLOCK = DESCENT_BLOCK

/**
 * Records so many turns of every row. Where the matrix lies in several tiles a turn takes the moves of the past tile by
 * tile, beginning and ending with its own.
 */
export function sweepThread(batch: Batch, bindings: SweepBindings, shape: SweepShape, lanes = 16): void {
  const tiles = tilesOf(bindings.matrix, shape.columns)
  const blocks = Math.ceil(shape.columns / THREAD_BLOCK)
  const tileOf = (turn: number) => {
    const place = (turn % blocks) * THREAD_BLOCK
    return tiles.findIndex(({ first, rows }) => place < first + rows)
  }
  const begin = tileOf(shape.first)
  let dispatches = 1
  if (tiles.length > 1)
    for (let turn = shape.first; turn < shape.first + shape.turns; turn++)
      dispatches += tiles.length + Number(turn > shape.first && tileOf(turn) !== tileOf(turn - 1))
  for (let at = 0; at < dispatches; at++) {
    const { first, rows: tileRows, binding: matrix } = tiles[(begin + at) % tiles.length]
    if (at > 0) batch.clear(bindings.queue)
    batch.run(kernel, {
      bindings: { ...bindings, matrix },
      params: { ...sweepParams(shape), tile_first: first, tile_rows: tileRows, resume: Number(at > 0) },
      workgroups: spread(Math.ceil(shape.rows / lanes)),
      overrides: { LANES: lanes },
      work: (shape.turns * turnWork(shape, THREAD_BLOCK)) / dispatches,
    })
  }
}

/** The params of both shapes. */
export function sweepParams({ rows, columns, width, groups, bits, first, turns }: SweepShape) {
  const stride = descentStride(columns)
  return { rows, columns, stride, width, groups, top: 2 ** bits - 1, first, turns }
}

/** Multiply-adds of one turn: a look at the columns of the block, and what the moves of a tenth of all do to them. */
export function turnWork({ rows, columns }: Pick<SweepShape, 'rows' | 'columns'>, block: number): number {
  return rows * Math.min(block, columns) * (32 + columns / 10)
}

/**
 * The same in float64, every product from scratch. Gives the codes and, per turn of a block of so many columns and row,
 * what it changed and how many moves it made. `residual` is E [rows, columns] of the codes at the start.
 */
export function reference(
  given: {
    hessian: ArrayLike<number>
    order: ArrayLike<number>
    scales: ArrayLike<number>
    residual: ArrayLike<number>
    codes: ArrayLike<number>
  },
  { rows, columns, width, groups, bits, turns }: LevelShape & { turns: number },
  block: number,
): { codes: Uint8Array; gains: Float64Array } {
  const { hessian, order, scales, residual } = given
  const codes = Uint8Array.from(given.codes)
  const blocks = Math.ceil(columns / block)
  const gains = new Float64Array(2 * turns * rows)
  for (let row = 0; row < rows; row++) {
    const error = Array.from({ length: columns }, (_, j) => residual[row * columns + j])
    for (let turn = 0; turn < turns; turn++)
      for (let t = (turn % blocks) * block; t < Math.min(columns, ((turn % blocks) + 1) * block); t++) {
        const j = order[t]
        const product = error.reduce((sum, e, i) => sum + e * hessian[i * columns + j], 0)
        const h = hessian[j * columns + j]
        const scale = scales[row * groups + Math.floor(j / width)]
        if (!(h > 0)) continue
        const old = codes[row * columns + j]
        const code = Math.min(2 ** bits - 1, Math.max(0, old + roundHalfEven(-product / (h * scale))))
        const delta = scale * (code - old)
        const gain = delta * (delta * h + 2 * product)
        if (gain >= -1e-6 * h * scale ** 2) continue
        error[j] += delta
        codes[row * columns + j] = code
        gains[2 * (turn * rows + row)] += gain
        gains[2 * (turn * rows + row) + 1]++
      }
  }
  return { codes, gains }
}
