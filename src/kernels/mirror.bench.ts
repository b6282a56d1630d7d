import { floats, type KernelBench } from './bench.ts'
import { mirror, mirrorAcross } from './mirror.ts'

export const bench: KernelBench = {
  name: 'mirror',
  cases(_gpu, scope, size) {
    const matrix = floats(scope, 'matrix', size * size)
    const half = size / 2
    const [above, below] = ['upper tile', 'lower tile'].map((name) => floats(scope, name, half * size))
    const upper = { first: 0, rows: half, binding: above }
    const tile = { first: half, rows: half, binding: below }
    return [
      {
        problem: `${size} × ${size}`,
        bytes: 4 * size * size,
        flops: 0,
        record: (batch) => mirror(batch, { matrix }, { columns: size }),
      },
      {
        problem: `${size} × ${size}, from one tile of rows to the other`,
        bytes: 8 * half * half,
        flops: 0,
        record: (batch) => mirrorAcross(batch, { upper, tile }, { columns: size }),
      },
    ]
  },
}
