// A run beside the one on the page, from the Hessians it has kept: a column of the matrix of bits and recipes, or a mix
// of bits to be verified. Where no Hessians are kept for these windows it calibrates, and keeps them.
import type { RunEvent, TimedEvent } from '../../pipeline/events.ts'
import { run } from '../../pipeline/run.ts'
import { timed } from '../../pipeline/timed.ts'
import type { Answerer } from '../asking.ts'
import { wholeModel } from '../open.ts'

/** Curves and the health of Hessians are for who watches a run; `finished` repeats what came before. */
const told = new Set<RunEvent['event']>([
  'started',
  'calibrating',
  'solving',
  'layer',
  'solved',
  'evaluating',
  'perplexity',
  'warning',
])

/** Events are told together, at most this often. */
const TELL_EVERY_MS = 150

export const cells: Answerer<'cells'> = {
  device: true,
  async answer({ gpu, opened, cache }, { plan, calibration, evaluation }, tell, wanted) {
    const { model, texts } = wholeModel(opened)
    const [seen, unseen] = await texts(calibration, evaluation)
    const inputs = { gpu, model, calibration: seen, evaluation: unseen, cache }
    const now = () => performance.now()
    let pending: TimedEvent[] = []
    let last = now()
    let ms = 0
    for await (const event of timed(run(inputs, plan), now)) {
      if (!wanted()) break
      ms = event.at
      if (told.has(event.event)) pending.push(event)
      if (event.event !== 'started' && event.event !== 'finished' && now() - last < TELL_EVERY_MS) continue
      if (pending.length) tell(pending)
      pending = []
      last = now()
    }
    return { ms }
  },
}
