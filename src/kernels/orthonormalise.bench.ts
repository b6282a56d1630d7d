// Bytes: 24 rows read and written once; every pair of rows meets twice, in a product and in what is taken away.
import { floats, type KernelBench } from './bench.ts'
import { orthonormalise } from './orthonormalise.ts'

export const bench: KernelBench = {
  name: 'orthonormalise',
  cases(_gpu, scope, size) {
    const count = 24
    const vectors = floats(scope, 'vectors', count * size)
    return [
      {
        problem: `${count} rows of ${size}`,
        bytes: 8 * count * size,
        flops: 2 * count * count * size,
        record: (batch) => orthonormalise(batch, { vectors }, { count, columns: size }),
      },
    ]
  },
}
