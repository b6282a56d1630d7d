// How long a plan will take here. The device is measured for it once, about two seconds, and once more for recipes that
// it has not tried; the rates are kept as long as the device lives.
import type { Gpu } from '../../gpu/gpu.ts'
import { foresee, KnownRates } from '../../pipeline/foresee.ts'
import type { Answerer } from '../asking.ts'
import { wholeModel } from '../open.ts'

const known = new WeakMap<Gpu, KnownRates>()

export const estimate: Answerer<'estimate'> = {
  device: true,
  async answer({ gpu, opened, cache }, { plan, ...own }, _tell, wanted) {
    const { model, texts } = wholeModel(opened)
    const [calibration, evaluation] = await texts(own.calibration, own.evaluation)
    let rates = known.get(gpu)
    if (!rates) known.set(gpu, (rates = new KnownRates()))
    const now = () => performance.now()
    const found = await foresee({ gpu, model, calibration, evaluation, cache }, plan, rates, { now, wanted })
    return found ? { estimate: found } : {}
  },
}
