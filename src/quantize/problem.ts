// A layer's problem and the grid it is rounded to. W [rows, columns], H = XᵀX / tokens [columns, columns], undamped.
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Pooling } from '../kernels/pool.ts'
import type { Hessian } from './hessian.ts'

/** The problem in float64, for references. */
export interface ReferenceProblem {
  rows: number
  columns: number
  /** [rows, columns], row-major. */
  weights: Float64Array
  /** [columns, columns], symmetric, undamped. */
  hessian: Float64Array
}

/** The problem on the GPU. */
export interface Problem {
  rows: number
  columns: number
  /** f32 [rows, columns], row-major. */
  weights: GpuBuffer
  /** What the solver sees: of the layer's inputs, or with its largest eigenvalues lowered. */
  hessian: Hessian
  /**
   * f32 [rows, columns], added to the gradient (Ŵ − W) H where the codes are to make up for errors of the layers before
   * (QEP); absent: they are not.
   */
  shift?: GpuBuffer
  /** Of a layer whose rows come in several parts: what these have with the others. Absent: they are all. */
  together?: RowsTogether
}

/** All rows of a layer, as one part of them sees them. */
export interface RowsTogether {
  /** Of all parts. */
  rows: number
  /**
   * Values f32 [rows of the part, width], handed to the queue, become those of all parts pooled; waits until every part
   * has come here.
   */
  pool(values: GpuBuffer, width: number, pooling: Pooling): Promise<void>
  /**
   * Sums over all parts of what each brings, in the same order each time; yields nothing until the last one has come
   * here.
   */
  sum(values: readonly number[]): Generator<never[], number[]>
  /** This part has failed and will not come any more. */
  leave(reason: unknown): void
}

/** `group` of one scale and one zero for the whole layer. */
export const TENSOR = -1

/** What a grid is asked for. */
export interface GridSettings {
  /** Bits of a code: 2 to 8. Codes are 0 … 2^bits − 1. */
  bits: number
  /**
   * Columns per group; the last group of a row may be shorter. 0 means one group per row, TENSOR one for all rows: they
   * then hold the same scale and zero.
   */
  group: number
  symmetric: boolean
  /** Type the scales are rounded to before anything is solved. */
  scaleType: 'f16' | 'f32'
}

/** Columns of one group and number of groups of a row. */
export function groupsOf(columns: number, group: number): { width: number; groups: number } {
  const width = group <= 0 ? columns : Math.min(group, columns)
  return { width, groups: Math.ceil(columns / width) }
}

/**
 * integer: zeros are codes, 0 … 2^bits − 1. real: any number, as scale · zero is stored beside the scale. half: all are
 * (2^bits − 1) / 2, in the middle of the codes and between two of them; known, not stored.
 */
export type ZeroType = 'integer' | 'real' | 'half'

/** Levels in float64: ŵ = scale · (code − zero). */
export interface ReferenceLevels extends GridSettings {
  width: number
  groups: number
  /** [rows, groups] */
  scales: Float64Array
  /** [rows, groups] */
  zeros: Float64Array
  zeroType: ZeroType
}

/** Levels on the GPU. */
export interface Levels extends GridSettings, Disposable {
  width: number
  groups: number
  /** f32 [rows, groups] */
  scales: GpuBuffer
  /** f32 [rows, groups] */
  zeros: GpuBuffer
  zeroType: ZeroType
}
