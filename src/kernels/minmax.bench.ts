// Bytes: every weight once. Operations: one comparison each with the smallest and the largest so far.
import { floats, levels, type KernelBench } from './bench.ts'
import { minmax } from './minmax.ts'

export const bench: KernelBench = {
  name: 'minmax',
  cases(_gpu, scope, size) {
    const weights = floats(scope, 'weights', size * size)
    // A group to a row has few threads, groups of 64 have many.
    return [size, 64].map((width) => {
      const groups = size / width
      const buffers = { weights, ...levels(scope, size * groups) }
      const shape = { rows: size, columns: size, width, groups, bits: 3, symmetric: false, scaleType: 'f16' } as const
      return {
        shape: groups === 1 ? 'whole rows' : `groups of ${width}`,
        problem: `${size} × ${size}`,
        bytes: 4 * size * size,
        flops: 2 * size * size,
        record: (batch) => minmax(batch, buffers, shape),
      }
    })
  },
}
