// Losses of growing calibration texts: every size gives what a run of that size gives on the same held-out windows.
import { expect, test } from 'vitest'
import { InputError } from '../formats/errors.ts'
import { withGpu } from '../test/gpu.ts'
import { drain } from '../test/model.ts'
import { textOf, tinyModel, tinyPlan } from '../test/run.ts'
import { HessianCache } from './hessian-cache.ts'
import { run } from './run.ts'
import { samplesAgainstLoss, samplesWindows, sizesUpTo } from './samples.ts'

const { window } = tinyPlan

test('sizes double, and held-out windows are the last of the text', () => {
  expect(sizesUpTo(1)).toEqual([1])
  expect(sizesUpTo(7)).toEqual([1, 2, 4])
  expect(sizesUpTo(8)).toEqual([1, 2, 4, 8])
  const text = textOf('story', 99, 5)
  const { calibration, heldOut } = samplesWindows(text, { plan: tinyPlan, most: 64, heldOut: 2 })
  expect(calibration.map((ids) => ids.byteOffset / 4)).toEqual([0, 1, 2, 3, 4].map((w) => w * window))
  expect(heldOut.map((ids) => ids.byteOffset / 4)).toEqual([5, 6].map((w) => w * window))
  const asking = () => samplesWindows(text, { plan: tinyPlan, most: 64, heldOut: 7 })
  expect(asking).toThrow(InputError)
  expect(asking).toThrow("calibration text 'story' has 7 windows of 13 tokens; 7 held out leave none to calibrate on")
})

test('every size has the losses of a run of that size', async () => {
  const { model, texts } = await tinyModel(tinyPlan)
  const { calibration } = texts
  await withGpu(async (gpu) => {
    const plan = { ...tinyPlan, layerBits: { [model.layers[0].layer]: 8 } }
    const { yielded } = await drain(samplesAgainstLoss({ gpu, model, calibration }, { plan, most: 5, heldOut: 2 }))
    const points = yielded.flatMap((event) => (event.event === 'point' ? [event] : []))
    expect(points.map(({ windows, recipe }) => `${recipe} ${windows}`)).toEqual(
      [1, 2, 4].flatMap((size) => tinyPlan.recipes.map((recipe) => `${recipe} ${size}`)),
    )
    for (const size of [1, 2, 4]) {
      // The same windows in a text of their own: held-out ones behind those of calibration.
      const ids = Uint32Array.from([
        ...calibration.ids.subarray(0, size * window),
        ...calibration.ids.subarray(5 * window),
      ])
      const inputs = { gpu, model, evaluation: texts.evaluation, calibration: { name: 'part', ids } }
      const whole = await drain(
        run({ ...inputs, cache: new HessianCache() }, { ...tinyPlan, samples: size, windows: 0 }),
      )
      for (const recipe of tinyPlan.recipes) {
        const own = whole.yielded.flatMap((event) =>
          event.event === 'layer' && event.recipe === recipe ? [event] : [],
        )
        const mean = (of: (one: (typeof own)[number]) => number) =>
          own.reduce((sum, one) => sum + of(one), 0) / own.length
        const point = points.find((each) => each.windows === size && each.recipe === recipe)!
        expect(point.tokens).toBe(size * window)
        // Joined means round otherwise than one mean does, in the seventh digit; rounding of weights may then differ.
        expect(point.heldOut / mean(({ heldOut }) => heldOut!.relative)).toBeCloseTo(1, 3)
        expect(point.seen / mean(({ relative }) => relative)).toBeCloseTo(1, 3)
      }
    }
  })
})

test('stopping it frees everything, as the fixture sees', async () => {
  const { model, texts } = await tinyModel(tinyPlan)
  for (const steps of [1, 4, 9])
    await withGpu(async (gpu) => {
      const ask = { plan: { ...tinyPlan, recipes: ['rtn'] }, most: 4, heldOut: 2 }
      const events = samplesAgainstLoss({ gpu, model, calibration: texts.calibration }, ask)
      for (let i = 0; i < steps; i++) expect((await events.next()).done).toBe(false)
      await events.return(undefined)
    })
})
