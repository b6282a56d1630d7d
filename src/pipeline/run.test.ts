// The straight line in quick mode, with windows held out.
import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { drain } from '../test/model.ts'
import { textOf, tinyModel, tinyPlan } from '../test/run.ts'
import { HessianCache } from './hessian-cache.ts'
import { run } from './run.ts'
import { planWindows } from './windows.ts'

test('held-out windows come behind those of calibration, and warnings say what is missing', async () => {
  const { model, texts } = await tinyModel(tinyPlan)
  const { ids } = texts.calibration
  const { calibration, heldOut } = planWindows(texts, tinyPlan)
  expect(calibration.map((window) => [...window])).toEqual(
    [0, 1, 2, 3, 4].map((w) => [...ids.subarray(13 * w, 13 * (w + 1))]),
  )
  expect(heldOut.map((window) => [...window])).toEqual([5, 6].map((w) => [...ids.subarray(13 * w, 13 * (w + 1))]))
  await withGpu(async (gpu) => {
    const warningsOf = async (plan: typeof tinyPlan) => {
      const { yielded } = await drain(run({ gpu, model, ...texts, cache: new HessianCache() }, plan))
      const started = yielded.find((event) => event.event === 'started')!
      const layers = yielded.filter((event) => event.event === 'layer')
      const warnings = yielded.flatMap((event) => (event.event === 'warning' ? [event.text] : []))
      return { warnings, calibration: started.calibration, held: layers.every(({ heldOut }) => heldOut !== undefined) }
    }
    const digest = expect.stringMatching(/^[0-9a-f]{16}$/) as string
    const digests = { digest, heldOutDigest: digest }
    expect(await warningsOf({ ...tinyPlan, windows: 0 })).toEqual({
      warnings: [],
      calibration: { text: 'calibration', tokens: 65, windows: 5, heldOut: 2, ...digests },
      held: true,
    })
    // 99 tokens are 7 windows of 13.
    expect(await warningsOf({ ...tinyPlan, heldOut: 4, windows: 0 })).toEqual({
      warnings: ["calibration text 'calibration' has 2 of the 4 held-out windows asked for"],
      calibration: { text: 'calibration', tokens: 65, windows: 5, heldOut: 2, ...digests },
      held: true,
    })
    expect(await warningsOf({ ...tinyPlan, samples: 9, windows: 0 })).toEqual({
      warnings: [
        "calibration text 'calibration' has 7 of the 9 windows asked for",
        "calibration text 'calibration' has 0 of the 2 held-out windows asked for",
      ],
      calibration: { text: 'calibration', tokens: 91, windows: 7, digest },
      held: false,
    })
  })
})

test('held-out Hessians are kept with the others, and asked for anew where other windows are held out', async () => {
  const { model, texts } = await tinyModel(tinyPlan)
  await withGpu(async (gpu) => {
    const inputs = { gpu, model, ...texts, cache: new HessianCache() }
    const solve = async (plan: typeof tinyPlan) => {
      const { yielded } = await drain(run(inputs, plan))
      const [started] = yielded
      return {
        cached: started.event === 'started' && started.cached,
        layers: yielded.flatMap((event) => (event.event === 'layer' ? [event] : [])),
      }
    }
    const first = await solve(tinyPlan)
    const again = await solve(tinyPlan)
    expect([first.cached, again.cached]).toEqual([false, true])
    expect(again.layers).toEqual(first.layers)
    const fewer = await solve({ ...tinyPlan, heldOut: 1 })
    expect(fewer.cached).toBe(false)
    for (const [i, { objective, heldOut }] of fewer.layers.entries()) {
      expect(objective).toBe(first.layers[i].objective)
      expect(heldOut!.objective).not.toBe(first.layers[i].heldOut!.objective)
    }
    const none = await solve({ ...tinyPlan, heldOut: 0 })
    expect(none.layers.some(({ heldOut }) => heldOut)).toBe(false)
    // A faithful run leaves what is kept alone.
    const own = await solve({ ...tinyPlan, heldOut: 0, mode: 'faithful' })
    expect(own.cached).toBe(false)
    expect((await solve({ ...tinyPlan, heldOut: 0 })).cached).toBe(true)
  })
})

test('a text shorter than a window is refused', async () => {
  const { texts } = await tinyModel(tinyPlan)
  const short = { ...texts, calibration: textOf('short', 12, 1) }
  expect(() => planWindows(short, tinyPlan)).toThrow("calibration text 'short' has 12 tokens, one window needs 13")
})
