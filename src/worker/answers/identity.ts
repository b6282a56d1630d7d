// What a plan would be measured on, without running it: under which results are kept.
import { identify } from '../../pipeline/identity.ts'
import { planWindows } from '../../pipeline/windows.ts'
import type { Answerer } from '../asking.ts'

export const identity: Answerer<'identity'> = {
  device: false,
  async answer({ opened }, { plan, calibration, evaluation }) {
    const [seen, unseen] = await opened.texts(calibration, evaluation)
    return identify(opened.model, planWindows({ calibration: seen, evaluation: unseen }, plan))
  },
}
