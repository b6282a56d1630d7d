// What layers in parts of rows and matrices in tiles are said to hold is what the device holds.
import { expect, test } from 'vitest'
import { Account } from '../gpu/account.ts'
import { deviceOf } from '../pipeline/memory.ts'
import { withGpu } from '../test/gpu.ts'
import { drain } from '../test/model.ts'
import { seededProblem } from '../test/problems.ts'
import { plainOptions } from '../test/solve.ts'
import { HessianMemory } from './hessian-memory.ts'
import { uploadHessian } from './hessian.ts'
import { LayerMemory } from './layer-memory.ts'
import { TENSOR } from './problem.ts'
import { recipeNamed } from './recipes.ts'
import { RowParts } from './row-parts.ts'

/** 64 rows and one to spare of the widest matrix: H in tiles, and layers in parts of fewer rows. */
const LIMIT = 52 * 1024

const { rows, columns, ...problem } = seededProblem({ rows: 40, columns: 150 })
const weights = Float32Array.from(problem.weights)

test.each([
  ['rtn', 0],
  ['none~minmax~gptq(order=min-pivot)', 64],
  ['cdquant', 64],
  ['block', 0],
  ['gptq+cdquant+refit', TENSOR],
  ['quip', 64],
  ['framequant', 64],
  ['channel-scale(points=3)~clip-block~nearest', TENSOR],
])('%s, group %i', async (name, group) => {
  await withGpu(async (gpu) => {
    const recipe = recipeNamed(name)
    const options = { ...plainOptions, settings: { ...plainOptions.settings, group } }
    const layer = { layer: 'layer', rows, columns }
    gpu.memory.peakBytes = gpu.memory.bytes
    {
      using hessian = uploadHessian(gpu, Float32Array.from(problem.hessian), columns)
      const read = (first: number, count: number) => weights.subarray(first * columns, (first + count) * columns)
      const given = {
        ...layer,
        hessian,
        weights: (first: number, count: number) => gpu.upload('w', read(first, count)),
      }
      using parts = await RowParts.open(gpu, given, options)
      await parts.knownEnergies()
      await drain(parts.solve(recipe))
    }
    const account = new Account()
    account.begin('Solve')
    {
      using hessian = HessianMemory.of(account, columns, 'H')
      using own = account.hold('Weights', 4 * rows * columns)
      void own
      const size = { rows, columns, hessian, shift: false, heldOut: false }
      using solver = new LayerMemory(account, deviceOf(gpu), size, options)
      solver.solve(recipe)
    }
    const planned = account.phases[0].bytes
    expect(planned / gpu.memory.peakBytes).toBeGreaterThan(0.99)
    expect(planned / gpu.memory.peakBytes).toBeLessThan(1.01)
  }, LIMIT)
})
