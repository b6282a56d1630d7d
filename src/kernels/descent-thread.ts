// Greedy coordinate descent in every row (CDQuant, Nair & Suggala 2024, Algorithm 1). With G = (Ŵ − W) H, moving code j
// by r levels of size s changes the row's objective by h_j s² r (r − 2z), z = −G_j / (h_j s), and adds r·s·H[j, :] to
// G. Barrier-free shape: one thread per row.
import code from '../../shaders/descent-thread.wgsl?raw'
import openQuads from '../../shaders/shared/open-quads.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'
import { roundHalfEven } from '../math/round.ts'
import { descentStride } from './descent-columns.ts'
import type { LevelShape } from './nearest.ts'

export const kernel = defineKernel({
  name: 'descent-thread',
  code: code + openQuads,
  bindings: {
    matrix: 'read',
    scales: 'read',
    state: 'read_write',
    codes: 'read_write',
    ledger: 'read_write',
    gains: 'read_write',
    queue: 'read_write',
    waiting: 'read_write',
  },
  params: {
    rows: 'u32',
    columns: 'u32',
    stride: 'u32',
    width: 'u32',
    groups: 'u32',
    top: 'f32',
    steps: 'u32',
    again: 'u32',
    tolerance: 'f32',
    first: 'u32',
    tile_rows: 'u32',
    resume: 'u32',
  },
})

export interface DescentShape extends LevelShape {
  /** Most steps of a row in this dispatch. */
  steps: number
  /**
   * Moves tried in one step. 1: the best of all. 4: the best of the places 0, 1, 2, 3 mod 4, from the best on, where the
   * interaction with those accepted before leaves a move half of its gain.
   */
  batch: 1 | 4
  /** A row ends where its best move gains less than this part of its loss. */
  tolerance: number
  /** Also takes up rows that have ended: their gradient is a new one. */
  again: boolean
}

export interface DescentBindings {
  /** f32 [columns + 1, descentStride(columns, width)]: H by descentColumns, columns in their natural order */
  matrix: Tiled
  /** f32 [rows, groups] */
  scales: Binding
  /** f32 [rows + 1, stride]: G by descentColumns; kept up to date */
  state: Binding
  /** u32 [rows, columns] */
  codes: Binding
  /** f32 [rows, 2]: loss, and moves left, negative where the row has ended; kept up to date */
  ledger: Binding
  /** f32 [steps, rows, 2], zeros before: what every step changed in its row's objective, and its moves */
  gains: Binding
  /** u32 [1], zero before */
  queue: GpuBuffer
  /** u32 [rows, 2]: where rows wait for another tile of the matrix */
  waiting: Binding
}

/**
 * Records at most `steps` steps of every row. Where the matrix lies in several tiles every row waits for that of its
 * next move, and the tiles take turns until even the last row has had its steps; beside its best move a step then tries
 * those of the same tile alone.
 */
export function descentThread(batch: Batch, bindings: DescentBindings, shape: DescentShape, lanes = 16): void {
  const tiles = tilesOf(bindings.matrix, shape.columns)
  const rounds = tiles.length > 1 ? shape.steps : 1
  for (let turn = 0; turn < rounds * tiles.length; turn++) {
    const { first, rows: tileRows, binding: matrix } = tiles[turn % tiles.length]
    if (turn > 0) batch.clear(bindings.queue)
    const params = { ...descentParams({ ...shape, again: shape.again && turn === 0 }), first, tile_rows: tileRows }
    batch.run(kernel, {
      bindings: { ...bindings, matrix },
      params: { ...params, resume: Number(turn > 0) },
      workgroups: spread(Math.ceil(shape.rows / lanes)),
      overrides: { LANES: lanes, BATCH: shape.batch },
      work: descentWork(shape) / (rounds * tiles.length),
    })
  }
}

/** The params of both shapes. */
export function descentParams({ rows, columns, width, groups, bits, steps, again, tolerance }: DescentShape) {
  const stride = descentStride(columns, width)
  return { rows, columns, stride, width, groups, top: 2 ** bits - 1, steps, again: Number(again), tolerance }
}

/** What a column of a step costs, in multiply-adds. */
export const COLUMN_WORK = 6

/** Multiply-adds; most rows end after a third of the steps that the last of them needs. */
export function descentWork({ rows, columns, steps }: Pick<DescentShape, 'rows' | 'columns' | 'steps'>): number {
  return COLUMN_WORK * rows * columns * (steps / 3 + 1)
}

/**
 * The same in float64, the gradient from scratch in every step. Gives the codes and, per step and row, what it changed
 * and how many moves it made. `residual` is E [rows, columns] of the codes at the start, `moves` the most of a row.
 */
export function reference(
  hessian: ArrayLike<number>,
  scales: ArrayLike<number>,
  residual: ArrayLike<number>,
  start: ArrayLike<number>,
  { rows, columns, width, groups, bits, steps, batch, tolerance }: DescentShape,
  moves: number,
): { codes: Uint8Array; gains: Float64Array } {
  const codes = Uint8Array.from(start)
  const gains = new Float64Array(2 * steps * rows)
  const groupPlaces = descentStride(width)
  for (let row = 0; row < rows; row++) {
    const error = Array.from({ length: columns }, (_, j) => residual[row * columns + j])
    let left = moves
    for (let step = 0; step < steps && left > 0; step++) {
      const product = error.map((_, j) => error.reduce((sum, e, i) => sum + e * hessian[i * columns + j], 0))
      const loss = error.reduce((sum, e, j) => sum + e * product[j], 0)
      const classes: { gain: number; column: number; code: number; delta: number }[] = []
      for (let j = 0; j < columns; j++) {
        const h = hessian[j * columns + j]
        const scale = scales[row * groups + Math.floor(j / width)]
        if (!(h > 0)) continue
        const old = codes[row * columns + j]
        const code = Math.min(2 ** bits - 1, Math.max(0, old + roundHalfEven(-product[j] / (h * scale))))
        const delta = scale * (code - old)
        const gain = delta * (delta * h + 2 * product[j])
        const place = Math.floor(j / width) * groupPlaces + (j % width)
        if (gain < -1e-6 * h * scale ** 2 && gain < (classes[place % batch]?.gain ?? 0))
          classes[place % batch] = { gain, column: j, code, delta }
      }
      const candidates = classes.flat().sort((a, b) => a.gain - b.gain || a.column - b.column)
      if (!candidates.length || -candidates[0].gain < tolerance * loss) break
      const taken: typeof candidates = []
      for (const one of candidates) {
        const other = taken.reduce((sum, { column, delta }) => sum + delta * hessian[column * columns + one.column], 0)
        const together = one.gain + 2 * one.delta * other
        if (together > 0.5 * one.gain || left === 0) continue
        taken.push(one)
        left--
        gains[2 * (step * rows + row)] += together
        gains[2 * (step * rows + row) + 1]++
      }
      for (const { column, code, delta } of taken) {
        error[column] += delta
        codes[row * columns + column] = code
      }
    }
  }
  return { codes, gains }
}
