// The upper triangle of a square matrix in ordinary memory: a symmetric H, or the feedback of GPTQ. Half of the matrix,
// in pieces of at most 16 MiB.
import type { Gpu } from '../gpu/gpu.ts'
import { PART_WORDS, type RowTiles } from '../gpu/row-tiles.ts'

export class Triangle {
  /** Row i has the entries [i, i], [i, i + 1], … [i, columns − 1]; 0 at first. */
  readonly rows: readonly Float32Array[]

  constructor(readonly columns: number) {
    let left = (columns * (columns + 1)) / 2
    let piece = new Float32Array(0)
    let at = 0
    this.rows = Array.from({ length: columns }, (_, i) => {
      const length = columns - i
      if (at + length > piece.length) [piece, at] = [new Float32Array(Math.min(left, Math.max(PART_WORDS, length))), 0]
      left -= length
      return piece.subarray(at, (at += length))
    })
  }

  /** Of f32 [columns, stride], of which a row may have words behind the columns. */
  static async read(gpu: Gpu, matrix: RowTiles): Promise<Triangle> {
    const { rows: columns, stride } = matrix
    const triangle = new Triangle(columns)
    for await (const { first, values } of matrix.parts(gpu))
      for (let at = 0; at < values.length; at += stride) {
        const i = first + at / stride
        triangle.rows[i].set(values.subarray(at + i, at + columns))
      }
    return triangle
  }

  /** Fills whole rows, as wide as `stride`, of a fresh matrix from row `first` on: zeros below the diagonal. */
  upper(part: Float32Array, first: number, stride: number): void {
    for (let at = 0, i = first; at < part.length; at += stride) part.set(this.rows[i], at + i++)
  }

  /** The same with the entries of the lower triangle mirrored. */
  symmetric(part: Float32Array, first: number): void {
    const { rows, columns } = this
    this.upper(part, first, columns)
    const end = first + part.length / columns
    for (let j = 0; j < end; j++)
      for (let i = Math.max(first, j + 1); i < end; i++) part[(i - first) * columns + j] = rows[j][i - j]
  }
}
