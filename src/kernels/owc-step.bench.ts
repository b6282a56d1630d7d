// The turn of one group of 64 columns. Bytes: its weights, errors and c once. Operations: nine for a weight and factor.
import { floats, levels, type KernelBench } from './bench.ts'
import { clipFactors } from './clip-errors.ts'
import { owcStep } from './owc-step.ts'

export const bench: KernelBench = {
  name: 'owc-step',
  cases(_gpu, scope, size) {
    const factors = clipFactors(0.3)
    const count = factors.length
    const [width, groups] = [64, size / 64]
    const buffers = {
      weights: floats(scope, 'weights', size * size),
      ...levels(scope, size * groups),
      factors: scope.upload('factors', factors),
      errors: floats(scope, 'errors', size * groups * count),
      linear: floats(scope, 'linear', size * width),
      residual: floats(scope, 'residual', size * size),
      choices: scope.upload('choices', new Uint32Array(size * groups)),
    }
    const layer = { rows: size, columns: size, width, groups, bits: 3, scaleType: 'f16', count } as const
    return [
      {
        problem: `${size} × ${width}, ${count} factors`,
        bytes: 4 * size * (2 * width + count),
        flops: 9 * size * width * count,
        record: (batch) => owcStep(batch, buffers, { ...layer, group: 0, height: width, span: size }),
      },
    ]
  },
}
