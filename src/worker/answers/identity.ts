// What a plan would be measured on, without running it: under which results are kept.
import { identify } from '../../pipeline/identity.ts'
import { planWindows } from '../../pipeline/windows.ts'
import type { Answerer } from '../asking.ts'
import { wholeModel } from '../open.ts'

export const identity: Answerer<'identity'> = {
  device: false,
  async answer({ opened }, { plan, calibration, evaluation }) {
    const { model, texts } = wholeModel(opened)
    const [seen, unseen] = await texts(calibration, evaluation)
    return identify(model, planWindows({ calibration: seen, evaluation: unseen }, plan))
  },
}
