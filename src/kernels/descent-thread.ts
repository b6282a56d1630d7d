// Coordinate descent in every row: the greedy rule (CDQuant, Nair & Suggala 2024, Algorithm 1) or cyclic order
// (QuantEase, Behdin et al.
// 2023). With G = (Ŵ − W) H, moving code j by r levels of size s changes the row's objective by h_j s² r (r − 2z), z =
// −G_j / (h_j s), and adds r·s·H[j, :] to G. Barrier-free shape: one thread per row.
import code from '../../shaders/descent-thread.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { roundHalfEven } from '../math/round.ts'
import type { LevelShape } from './nearest.ts'

export const kernel = defineKernel({
  name: 'descent-thread',
  code,
  bindings: {
    hessian: 'read',
    diagonal: 'read',
    scales: 'read',
    product: 'read_write',
    codes: 'read_write',
    cursors: 'read_write',
    gains: 'read_write',
  },
  params: { rows: 'u32', columns: 'u32', width: 'u32', groups: 'u32', top: 'f32', steps: 'u32', sweeps: 'u32' },
})

/** greedy: the column that improves most, the lower one on ties. cyclic: the next column that improves. */
export type Rule = 'greedy' | 'cyclic'

export interface DescentShape extends LevelShape {
  /** Most moves of a row in this dispatch. */
  steps: number
  /** Most sweeps of a row through its columns, from the start of the descent; cyclic order only. */
  sweeps: number
}

export interface DescentBindings {
  /** f32 [columns, columns] */
  hessian: Binding
  /** f32 [columns, 2]: h, 1 / h */
  diagonal: Binding
  /** f32 [rows, groups] */
  scales: Binding
  /** f32 [rows, columns], G; kept up to date */
  product: Binding
  /** u32 [rows, columns] */
  codes: Binding
  /** u32 [rows], zeros at the start of a cyclic descent */
  cursors: Binding
  /** f32 [steps, rows]: what every move changed in its row's objective, 0 where a row has ended */
  gains: Binding
}

/** Records at most `steps` moves of every row. */
export function descentThread(
  batch: Batch,
  bindings: DescentBindings,
  shape: DescentShape,
  rule: Rule,
  lanes = 16,
): void {
  const { rows, columns, width, groups, bits, steps, sweeps } = shape
  batch.run(kernel, {
    bindings,
    params: { rows, columns, width, groups, top: 2 ** bits - 1, steps, sweeps },
    workgroups: spread(Math.ceil(rows / lanes)),
    overrides: { LANES: lanes, CYCLIC: Number(rule === 'cyclic') },
    work: descentWork(shape),
  })
}

/** What a column of a step costs, in multiply-adds. */
export const COLUMN_WORK = 16

/** Multiply-adds; most rows end after a third of the steps that the last of them needs. */
export function descentWork({ rows, columns, steps }: DescentShape): number {
  return COLUMN_WORK * rows * columns * (steps / 3 + 1)
}

/**
 * The same in float64 from scratch in every step: every column, every level. Gives the codes and, per step and row,
 * what it changed.
 * `residual` is E [rows, columns] of the codes at the start.
 */
export function reference(
  hessian: ArrayLike<number>,
  scales: ArrayLike<number>,
  residual: ArrayLike<number>,
  start: ArrayLike<number>,
  { rows, columns, width, groups, bits, steps, sweeps }: DescentShape,
  rule: Rule,
): { codes: Uint8Array; gains: Float64Array } {
  const codes = Uint8Array.from(start)
  const gains = new Float64Array(steps * rows)
  for (let row = 0; row < rows; row++) {
    const error = Array.from({ length: columns }, (_, j) => residual[row * columns + j])
    let cursor = 0
    for (let step = 0; step < steps; step++) {
      const product = error.map((_, j) => error.reduce((sum, e, i) => sum + e * hessian[i * columns + j], 0))
      let best = { gain: 0, key: Infinity, column: -1, code: 0 }
      for (let j = 0; j < columns; j++) {
        const h = hessian[j * columns + j]
        const scale = scales[row * groups + Math.floor(j / width)]
        if (!(h > 0)) continue
        const old = codes[row * columns + j]
        const code = Math.min(2 ** bits - 1, Math.max(0, old + roundHalfEven(-product[j] / (h * scale))))
        const delta = scale * (code - old)
        const gain = delta * (delta * h + 2 * product[j])
        const key = rule === 'greedy' ? gain : (j + columns - (cursor % columns)) % columns
        if (gain < -1e-6 * h * scale ** 2 && key < best.key) best = { gain, key, column: j, code }
      }
      if (best.column < 0) break
      const sweep = Math.floor(cursor / columns) + Number(best.column < cursor % columns)
      if (rule === 'cyclic' && sweep >= sweeps) break
      cursor = sweep * columns + best.column + 1
      const scale = scales[row * groups + Math.floor(best.column / width)]
      error[best.column] += scale * (best.code - codes[row * columns + best.column])
      codes[row * columns + best.column] = best.code
      gains[step * rows + row] = best.gain
    }
  }
  return { codes, gains }
}
