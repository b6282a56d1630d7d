// Rows of 64-column groups, scales and offsets. Bytes: the system read and written once. Operations: two for each of the
// sixth of unknowns³ multiply-adds.
import type { KernelBench } from './bench.ts'
import { entriesOf } from './refit-normal.ts'
import { normalLayout, refitSolve } from './refit-solve.ts'

export const bench: KernelBench = {
  name: 'refit-solve',
  cases(gpu, scope, size) {
    const rows = Math.min(size, 256)
    const groups = Math.ceil(size / 64)
    const shape = { rows, groups, offsets: true, first: 0, scaleType: 'f16' } as const
    const layout = normalLayout(gpu.batch('layout'), rows, shape)
    const levels = () => scope.upload('levels', new Float32Array(rows * groups).fill(1))
    const buffers = {
      normal: scope.upload('normal', new Float32Array(layout.words).fill(1)),
      old_scales: levels(),
      old_zeros: levels(),
      scales: levels(),
      zeros: levels(),
      changed: scope.buffer('changed', 4 * rows),
    }
    return [
      {
        problem: `${rows} rows of ${2 * groups} unknowns`,
        bytes: 8 * rows * entriesOf(shape),
        flops: (rows * (2 * groups) ** 3) / 3,
        record: (batch) => refitSolve(batch, buffers, shape, layout),
      },
    ]
  },
}
