// How many calibration windows are enough: losses on held-out windows, told size by size. Hessians of its own, so that
// those kept for the plan stay.
import { samplesAgainstLoss } from '../../pipeline/samples.ts'
import type { Answerer } from '../asking.ts'
import { wholeModel } from '../open.ts'

/** Progress is told at most this often, points at once. */
const TELL_EVERY_MS = 150

export const samples: Answerer<'samples'> = {
  device: true,
  async answer({ gpu, opened }, { calibration: own, ...ask }, tell, wanted) {
    const { model, texts } = wholeModel(opened)
    // No text is evaluated: the user's own stands for both, so that no other is fetched.
    const [calibration] = await texts(own, own)
    let last = 0
    for await (const event of samplesAgainstLoss({ gpu, model, calibration }, ask)) {
      if (!wanted()) break
      if (event.event !== 'point' && performance.now() - last < TELL_EVERY_MS) continue
      tell(event)
      last = performance.now()
    }
    return { text: calibration.name }
  },
}
