// The normal equations of a refit, AᵀHA: of every row, between one group and the groups from it on. The unknowns of a
// group are its offset, if there are offsets (what is added to every weight of the group), and the change of its scale.
import code from '../../shaders/refit-normal.wgsl?raw'
import place from '../../shaders/shared/normal.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'refit-normal',
  code: code + place,
  bindings: { basis: 'read', product: 'read', sums: 'read', normal: 'read_write' },
  params: {
    rows: 'u32',
    columns: 'u32',
    width: 'u32',
    groups: 'u32',
    stride: 'u32',
    g: 'u32',
    offsets: 'u32',
    entry_stride: 'u32',
    row_stride: 'u32',
  },
})

export interface NormalShape {
  /** Rows looked at. */
  rows: number
  columns: number
  width: number
  groups: number
  /** Words between the columns of the basis. */
  stride: number
  offsets: boolean
  /** Where entry e of row r is: e · entryStride + r · rowStride. */
  entryStride: number
  rowStride: number
}

export function unknownsOf({ groups, offsets }: Pick<NormalShape, 'groups' | 'offsets'>): number {
  return groups * (offsets ? 2 : 1)
}

/** Words of one row's system: the upper triangle, each of its rows followed by its right-hand side. */
export function entriesOf(shape: Pick<NormalShape, 'groups' | 'offsets'>): number {
  const unknowns = unknownsOf(shape)
  return (unknowns * (unknowns + 3)) / 2
}

/** Number of entry (k, l), k ≤ l; l = unknowns is the right-hand side. */
export function placeOf(k: number, l: number, unknowns: number): number {
  return (k * (2 * unknowns + 3 - k)) / 2 + l - k
}

/**
 * Records the entries between group g and groups g … groups − 1 in `normal` f32. basis, product f32 [columns, stride]:
 * P[j] = Σ over i in g of basis[i] H[i, j], of which columns before the group are not read; sums f32 [columns, groups].
 */
export function refitNormal(
  batch: Batch,
  bindings: { basis: Binding; product: Binding; sums: Binding; normal: Binding },
  shape: NormalShape,
  g: number,
): void {
  const { rows, columns, width, groups, stride, offsets, entryStride, rowStride } = shape
  batch.run(kernel, {
    bindings,
    params: {
      rows,
      columns,
      width,
      groups,
      stride,
      g,
      offsets: Number(offsets),
      entry_stride: entryStride,
      row_stride: rowStride,
    },
    workgroups: [Math.ceil(rows / 16), groups - g],
    work: 4 * rows * (columns - g * width),
  })
}

/**
 * AᵀHA of one row in float64, [unknowns, unknowns]: the columns of A are the group's ones, if there are offsets, and its
 * basis.
 */
export function reference(
  basis: ArrayLike<number>,
  hessian: ArrayLike<number>,
  { columns, width, groups, offsets }: Pick<NormalShape, 'columns' | 'width' | 'groups' | 'offsets'>,
): Float64Array {
  const unknowns = unknownsOf({ groups, offsets })
  const A = (j: number, k: number) => {
    const per = offsets ? 2 : 1
    if (Math.floor(j / width) !== Math.floor(k / per)) return 0
    return offsets && k % 2 === 0 ? 1 : basis[j]
  }
  const N = new Float64Array(unknowns * unknowns)
  for (let k = 0; k < unknowns; k++)
    for (let l = 0; l < unknowns; l++)
      for (let i = 0; i < columns; i++)
        if (A(i, k) !== 0)
          for (let j = 0; j < columns; j++) N[k * unknowns + l] += A(i, k) * hessian[i * columns + j] * A(j, l)
  return N
}
