// What the room Layer asks of the worker, and the answers. Rows and columns are those of the layer; losses are
// tr(E H Eᵀ) with undamped H.
import type { Moment } from '../quantize/history.ts'

/** A layer; with a recipe, what that recipe made of it; with a moment, as it was then. */
export interface LayerAsked {
  /** Tensor path. */
  layer: string
  recipe?: string
  /** Of the replay of that recipe; absent: as the run left it. */
  moment?: number
}

/** The layer itself. */
export interface LayerAnswer {
  rows: number
  columns: number
  /** Half the range of colours: so large are at most 2 of 1000 weights not. */
  range: number
  largest: number
  /** Weights that lie outside of ± range. */
  outside: number
  /** False where `largest` and `outside` come from a part of the weights. */
  exact: boolean
  /** H_jj of its columns; absent where the run keeps no Hessian of it. */
  diagonal?: Float32Array
  /** Why there is no diagonal. */
  without?: string
}

/** Every `step`th from `from` on, `count` of them. */
export interface Span {
  from: number
  count: number
  step: number
}

export interface PixelsAsked extends LayerAsked {
  rows: Span
  columns: Span
}

/** [rows.count, columns.count] */
export interface PixelsAnswer {
  rows: Span
  columns: Span
  original: Float32Array
  /** Absent where the recipe has not solved the layer. */
  quantized?: Float32Array
  /** Absent also where codes live in another basis. */
  codes?: Uint8Array
}

export interface GroupAsked extends LayerAsked {
  row: number
  column: number
}

/** The group of one row that a column is in. */
export interface GroupAnswer {
  row: number
  from: number
  weights: Float32Array
  /** H_jj of its columns. */
  diagonal?: Float32Array
  /** Absent where the recipe has not solved the layer. */
  solved?: GroupSolved
}

export interface GroupSolved {
  /** ŵ */
  values: Float32Array
  /** Absent where codes live in another basis. */
  grid?: {
    codes: Uint8Array
    /** Ascending, one per code. */
    levels: Float32Array
    scale: number
    zero: number
    /** How the zero of other levels follows from a range. */
    zeroKind: 'inside' | 'middle' | 'half'
    scaleType: 'f16' | 'f32'
    bits: number
  }
}

/** Σ over rows of E[r, j] · (E H)[r, j]: the column's part of the loss. */
export interface ColumnsAnswer {
  shares: Float32Array
  /** Their sum. */
  objective: number
}

export interface ReplayAnswer {
  moments: Moment[]
  /** Neighbouring moments were made one. */
  thinned: boolean
  /** Codes in which the replay ended elsewhere than the run; its last moment is the run's. */
  differing: number
}
