// How long a plan will take here. The device is measured for it once, about two seconds, and once more for recipes that
// it has not tried; the rates are kept as long as the device lives.
import type { Gpu } from '../../gpu/gpu.ts'
import { foresee, foreseeBare, KnownRates } from '../../pipeline/foresee.ts'
import type { Answerer } from '../asking.ts'
import type { OpenedModel } from '../open.ts'
import type { OwnTexts } from '../questions.ts'

const known = new WeakMap<Gpu, KnownRates>()

export const estimate: Answerer<'estimate'> = {
  device: true,
  async answer({ gpu, opened, cache }, { plan, ...own }, _tell, wanted) {
    let rates = known.get(gpu)
    if (!rates) known.set(gpu, (rates = new KnownRates()))
    const probing = { now: () => performance.now(), wanted }
    const found =
      'bare' in opened
        ? await foreseeBare({ gpu, bare: opened.bare, cache, only: own.only }, plan, rates, probing)
        : await foresee({ gpu, cache, ...(await modelOf(opened, own)) }, plan, rates, probing)
    return found ? { estimate: found } : {}
  },
}

async function modelOf({ model, texts }: OpenedModel, own: OwnTexts) {
  const [calibration, evaluation] = await texts(own.calibration, own.evaluation)
  return { model, calibration, evaluation }
}
