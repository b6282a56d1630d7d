// A Hessian as real layers have them, from seeded inputs: for timing recipes where no model is at hand.
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { gram } from '../kernels/gram.ts'
import { mirror } from '../kernels/mirror.ts'
import { random } from '../math/random.ts'
import { createHessian, type Hessian } from '../quantize/hessian.ts'

/** H of inputs whose columns are correlated and of different scale; the caller owns it. */
export async function seededHessian(gpu: Gpu, columns: number, tokens: number): Promise<Hessian> {
  const source = random(2)
  const scales = Float64Array.from({ length: columns }, () => Math.exp(0.5 * source.normal()))
  const x = new Float32Array(tokens * columns)
  for (let t = 0, at = 0; t < tokens; t++) {
    let carried = 0
    for (let j = 0; j < columns; j++, at++) x[at] = scales[j] * (carried = 0.7 * carried + source.normal())
  }
  using inputs = gpu.upload('inputs', x)
  const matrix = RowTiles.create(gpu, 'hessian', columns, columns)
  const batch = gpu.batch('hessian')
  gram(batch, { x: inputs, matrix }, { tokens, columns, before: 0 })
  mirror(batch, { matrix }, { columns })
  await batch.submit()
  return createHessian(gpu, matrix, columns)
}
