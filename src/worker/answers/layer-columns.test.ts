// Shares of columns of a layer that no single binding holds are those of float64.
import { expect, test } from 'vitest'
import { seededProblem } from '../../test/problems.ts'
import { Triangle } from '../../quantize/triangle.ts'
import { withGpu } from '../../test/gpu.ts'
import type { Desk } from '../asking.ts'
import { layerColumns, layerColumnsOnDevice } from './layer-columns.ts'

const { rows, columns, weights, hessian } = seededProblem({ rows: 150, columns: 40 })
const layer = { layer: 'layer', block: 0, module: 'layer', rows, columns }
const upper = new Triangle(columns)
for (const [i, row] of upper.rows.entries()) row.set(hessian.subarray(i * columns + i, (i + 1) * columns))
const values = Float32Array.from(weights)
// Of a recipe in another basis: its weights are kept, all of them halved.
const solution = { restored: values.map((w) => w / 2), columns }

test.each([undefined, 11 * 1024])('binding limit %s', async (limit) => {
  await withGpu(async (gpu) => {
    const desk = {
      gpu,
      opened: { layers: [layer], weights: () => Promise.resolve(values) },
      run: { plan: { mode: 'quick' }, solutions: { get: () => solution } },
      cache: { of: () => ({ layers: [layer], columns, tokens: 160, upper, heldOut: undefined, known: undefined }) },
    } as unknown as Desk
    const asked = { layer: 'layer', recipe: 'quip' }
    const ask = (answerer: typeof layerColumns | typeof layerColumnsOnDevice) =>
      answerer.answer(
        desk,
        asked,
        () => undefined,
        () => true,
      )
    const [exact, found] = [await ask(layerColumns), await ask(layerColumnsOnDevice)]
    // Products of 40 columns in float32; a share may be of either sign, so that errors count against all.
    const most = Math.max(...exact.shares.map(Math.abs))
    found.shares.forEach((share, j) => expect(Math.abs(share - exact.shares[j])).toBeLessThan(1e-5 * most))
    expect(Math.abs(found.objective / exact.objective - 1)).toBeLessThan(1e-6)
  }, limit)
})
