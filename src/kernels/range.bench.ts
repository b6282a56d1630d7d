// Bytes: every weight once. Operations: one comparison each with the smallest and the largest so far.
import { floats, type KernelBench } from './bench.ts'
import { range } from './range.ts'

export const bench: KernelBench = {
  name: 'range',
  cases(_gpu, scope, size) {
    const weights = floats(scope, 'weights', size * size)
    // A group to a row has few threads, groups of 64 have many.
    return [size, 64].map((width) => {
      const groups = size / width
      const ranges = scope.buffer('ranges', 8 * size * groups)
      const shape = { rows: size, columns: size, width, groups }
      return {
        shape: groups === 1 ? 'whole rows' : `groups of ${width}`,
        problem: `${size} × ${size}`,
        bytes: 4 * size * size,
        flops: 2 * size * size,
        record: (batch) => range(batch, { weights, ranges }, shape),
      }
    })
  },
}
