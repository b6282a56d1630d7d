import { expect, test } from 'vitest'
import { tinyModel, tinyPlan } from '../test/run.ts'
import { identify } from './identity.ts'
import { planWindows } from './windows.ts'

test('digests follow the windows, not what else a plan says', async () => {
  const { model, texts } = await tinyModel(tinyPlan)
  const of = (change: Partial<typeof tinyPlan>) => identify(model, planWindows(texts, { ...tinyPlan, ...change }))
  const base = await of({})
  expect(await of({ bits: 8, recipes: ['awq'] })).toEqual(base)
  const more = await of({ samples: 6 })
  expect(more).toMatchObject({ fingerprint: base.fingerprint, evaluation: base.evaluation })
  expect(more.calibration).not.toBe(base.calibration)
  expect(more.heldOut).not.toBe(base.heldOut)
  // The same 60 ids, cut otherwise.
  const cut = await Promise.all([of({ window: 12, samples: 5 }), of({ window: 10, samples: 6 })])
  expect(cut[0].calibration).not.toBe(cut[1].calibration)
  expect(await of({ heldOut: 0, windows: 0 })).toEqual({
    fingerprint: base.fingerprint,
    calibration: base.calibration,
  })
})
