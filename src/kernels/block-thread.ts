// Block descent in every row (CDQuant, Nair & Suggala 2024, Algorithm 2, blocks of two codes): of every partition of the
// columns into pairs the pair of codes that lowers the row's objective most moves, if one does. With G = (Ŵ − W) H,
// moving codes i and j by δ_i and δ_j changes it by δ_i² h_i + 2 δ_i G_i + δ_j² h_j + 2 δ_j G_j + 2 δ_i δ_j H_ij.
// Barrier-free shape: one thread for four rows, their openings laid out by column.
import pair from '../../shaders/shared/block-pair.wgsl?raw'
import row from '../../shaders/shared/block-row.wgsl?raw'
import code from '../../shaders/block-thread.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'
import type { LevelShape } from './nearest.ts'

/** Params of both shapes. */
export const params = {
  rows: 'u32',
  columns: 'u32',
  width: 'u32',
  groups: 'u32',
  top: 'f32',
  first: 'u32',
  steps: 'u32',
  quads: 'u32',
  patience: 'u32',
  fresh: 'u32',
  tile: 'u32',
  tile_rows: 'u32',
  resume: 'u32',
} as const

export const kernel = defineKernel({
  name: 'block-thread',
  code: code + pair + row,
  bindings: {
    hessian: 'read',
    scales: 'read',
    product: 'read_write',
    codes: 'read_write',
    pairs: 'read',
    couplings: 'read',
    openings: 'read_write',
    gains: 'read_write',
  },
  params,
})

export interface BlockShape extends LevelShape {
  /** The first of these partitions among those in `pairs`. */
  first: number
  /** Partitions of this dispatch. */
  steps: number
  /** Words of four pairs in a partition. */
  quads: number
  /** Partitions without a gain after which a row stops, counted from dispatch to dispatch. */
  patience: number
  /** Whether product and codes are not those that the last dispatch left. */
  fresh: boolean
}

export interface BlockBindings {
  /** f32 [columns, columns] */
  hessian: Tiled
  /** f32 [rows, groups] */
  scales: Binding
  /** f32 [rows, columns], G; kept up to date */
  product: Binding
  /** u32 [rows, columns] */
  codes: Binding
  /** u32 [partitions, 4 · quads], see pairWord: every column once; what is left over holds columns alone */
  pairs: Binding
  /** What block-couplings knows of H and these pairs */
  couplings: Binding
  /** f32 [columns + 6, 4 ⌈rows / 4⌉], what the kernel keeps from dispatch to dispatch; see openingsBytes */
  openings: Binding
  /** f32 [partitions, rows, 2], zeros before: what a move changed in its row's objective, and how many codes moved */
  gains: Binding
}

/**
 * Records so many partitions of every row. Where H lies in several tiles, rows look for their next move whichever is
 * bound, and wait for those of their move's two columns.
 */
export function blockThread(batch: Batch, bindings: BlockBindings, shape: BlockShape, lanes = 4): void {
  const workgroups = spread(Math.ceil(shape.rows / 4 / lanes))
  for (const turn of blockTurns(bindings, shape))
    batch.run(kernel, { ...turn, workgroups, overrides: { LANES: lanes } })
}

/** The dispatches of both shapes: tiles of H take turns until even the row with most moves has made them. */
export function* blockTurns(bindings: BlockBindings, { bits, fresh, ...shape }: BlockShape) {
  const tiles = tilesOf(bindings.hessian, shape.columns)
  // A row moves once in a step at most, and the tile of either of its two columns comes after all others at the latest.
  const turns = 2 * shape.steps * (tiles.length - 1) + 1
  for (let turn = 0; turn < turns; turn++) {
    const { first: tile, rows, binding: hessian } = tiles[turn % tiles.length]
    const of = { tile, tile_rows: rows, fresh: Number(fresh && turn === 0), resume: Number(turn > 0) }
    yield {
      bindings: { ...bindings, hessian },
      params: { ...shape, ...of, top: 2 ** bits - 1 },
      work: blockWork(shape) / turns,
    }
  }
}

/** Bytes of the openings of both shapes. */
export function openingsBytes(rows: number, columns: number): number {
  return 16 * (columns + 6) * Math.ceil(rows / 4)
}

/** What a pair of a partition costs, in multiply-adds, the moves among them included. */
export const PAIR_WORK = 8

/** Multiply-adds. */
export function blockWork({
  rows,
  columns,
  steps,
  quads,
}: Pick<BlockShape, 'rows' | 'columns' | 'steps' | 'quads'>): number {
  return rows * (4 * PAIR_WORK * quads * steps + 4 * columns)
}

/**
 * The same in float64, from scratch in every step: every pair, every level of both codes. Gives the codes and, per step
 * and row, what it changed and how many codes it moved. `residual` is E [rows, columns] of the codes at the start.
 */
export function reference(
  hessian: ArrayLike<number>,
  scales: ArrayLike<number>,
  residual: ArrayLike<number>,
  start: ArrayLike<number>,
  partitions: readonly (readonly [i: number, j: number])[][],
  { rows, columns, width, groups, bits, patience }: Omit<BlockShape, 'first' | 'steps' | 'quads' | 'fresh'>,
): { codes: Uint8Array; gains: Float64Array; moved: Uint8Array } {
  const codes = Uint8Array.from(start)
  const gains = new Float64Array(partitions.length * rows)
  const moved = new Uint8Array(partitions.length * rows)
  for (let row = 0; row < rows; row++) {
    const error = Array.from({ length: columns }, (_, j) => residual[row * columns + j])
    const scale = (j: number) => scales[row * groups + Math.floor(j / width)]
    for (let step = 0, quiet = 0; step < partitions.length && quiet < patience; step++) {
      const product = error.map((_, j) => error.reduce((sum, e, i) => sum + e * hessian[i * columns + j], 0))
      let best = { gain: 0, i: 0, j: 0, deltas: [0, 0] }
      for (const [i, j] of partitions[step])
        for (let a = 0; a < 2 ** bits; a++)
          for (let b = 0; b < (i === j ? 1 : 2 ** bits); b++) {
            const [h, k] = [hessian[i * (columns + 1)], hessian[j * (columns + 1)]]
            const d = scale(i) * (a - codes[row * columns + i])
            const e = i === j ? 0 : scale(j) * (b - codes[row * columns + j])
            if ((d !== 0 && !(h > 0)) || (e !== 0 && !(k > 0))) continue
            const gain =
              d * (d * h + 2 * product[i]) + e * (e * k + 2 * product[j]) + 2 * d * e * hessian[i * columns + j]
            const margin = 1e-6 * (Number(d !== 0) * h * scale(i) ** 2 + Number(e !== 0) * k * scale(j) ** 2)
            if (gain < -margin && gain < best.gain) best = { gain, i, j, deltas: [d, e] }
          }
      quiet = best.gain < 0 ? 0 : quiet + 1
      gains[step * rows + row] = best.gain
      for (const [c, delta] of [best.i, best.j].map((column, at) => [column, best.deltas[at]])) {
        error[c] += delta
        codes[row * columns + c] += Math.round(delta / scale(c))
        moved[step * rows + row] += Number(delta !== 0)
      }
    }
  }
  return { codes, gains, moved }
}
