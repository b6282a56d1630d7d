// The run of what is open: of a model on texts, or of matrices by themselves.
import type { Gpu } from '../gpu/gpu.ts'
import { bareRun } from '../pipeline/bare-run.ts'
import type { RunEvent } from '../pipeline/events.ts'
import type { HessianCache } from '../pipeline/hessian-cache.ts'
import { run } from '../pipeline/run.ts'
import type { Solutions } from '../pipeline/solutions.ts'
import type { Opened } from './open.ts'
import type { ToWorker } from './protocol.ts'

/** @throws InputError when a text cannot be read. */
export async function runEvents(
  on: { gpu: Gpu; cache: HessianCache; solutions: Solutions },
  opened: Opened,
  { plan, calibration: own, evaluation: other, only }: ToWorker & { type: 'run' },
): Promise<AsyncGenerator<RunEvent>> {
  if ('bare' in opened) return bareRun({ ...on, bare: opened.bare, only }, plan)
  const [calibration, evaluation] = await opened.texts(own, other)
  return run({ ...on, model: opened.model, calibration, evaluation }, plan)
}
