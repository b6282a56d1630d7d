// `model FOLDER --check`: what the page says before a run. Standard output: one JSON line per check, then the memory and
// the time; the same in words on standard error. Exit status 2 where a run would refuse.
import type { Checkpoint } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { fitOf } from '../pipeline/fit.ts'
import { foresee, KnownRates } from '../pipeline/foresee.ts'
import { HessianCache } from '../pipeline/hessian-cache.ts'
import { planChecks, type PlanCheck } from '../pipeline/plan-checks.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { RunInputs } from '../pipeline/run.ts'
import { aboutDuration } from '../store/estimate-words.ts'
import { bytes } from '../store/wording.ts'
import { checkRows } from '../worker/report.ts'
import type { Check } from '../worker/protocol.ts'
import { numberFlag, type Values } from './options.ts'
import { printLine } from './output.ts'

const marks: Readonly<Record<Check['status'], string>> = {
  pending: '…',
  ok: '✓',
  warning: '!',
  error: '✗',
  skipped: '–',
}

export type Checked = Pick<RunInputs, 'model' | 'calibration' | 'evaluation'> & { checkpoint: Checkpoint }

/** @throws InputError when a run would refuse the plan. */
export async function checkModel(gpu: Gpu, inputs: Checked, plan: Plan, values: Values): Promise<void> {
  const { checkpoint, model, calibration, evaluation } = inputs
  const { name } = model.facts
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const texts = {
    calibration: { name: calibration.name, tokens: calibration.ids.length },
    evaluation: { name: evaluation.name, tokens: evaluation.ids.length },
  }
  const checks: (Check | PlanCheck)[] = [...checkRows(checkpoint, model), ...planChecks(model, plan, texts)]
  say(name)
  for (const check of checks) {
    await printLine({ event: 'check', model: name, ...check })
    const { status, subject, fact, detail } = check
    const offer = 'offer' in check && check.offer ? `; use ${check.offer.label}` : ''
    say(`${marks[status]} ${subject}: ${fact}${detail ? ` (${detail})` : ''}${offer}`)
  }
  const allowed = values.memory === undefined ? undefined : numberFlag(values, 'memory', 0) * 1e9
  if (allowed !== undefined && !(allowed > 0))
    throw new InputError(`--memory is ${values.memory}; GB above 0 are needed`)
  const fit = fitOf(model, plan, { device: gpu, ...(allowed !== undefined && { budgetBytes: allowed }) })
  const { buffers, memory, peakBytes, phases } = fit.memory
  const { misfits, smaller } = fit
  await printLine({
    event: 'memory',
    model: name,
    peakBytes,
    memory,
    phases,
    buffers,
    misfits,
    ...(smaller && { smaller }),
  })
  say(`${marks[misfits.length ? 'error' : 'ok']} Memory: ${bytes(peakBytes)} at the peak`)
  for (const { fact } of misfits) say(`  ${fact}`)
  if (smaller) say(`  with ${smaller.words}: ${bytes(smaller.peakBytes)}`)
  const errors = [
    ...checks.filter(({ status }) => status === 'error').map(({ subject, fact }) => `${subject}: ${fact}`),
    ...misfits.map(({ fact }) => fact),
  ]
  if (errors.length)
    throw new InputError(`${name}: ${errors[0]}${errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''}`)
  const given = { now: () => performance.now(), wanted: () => true }
  const run = { gpu, model, calibration, evaluation, cache: new HessianCache() }
  const estimate = await foresee(run, plan, new KnownRates(), given)
  if (!estimate) throw new Error('the device was not measured to the end')
  await printLine({ event: 'estimate', model: name, ...estimate })
  const [least, most] = estimate.rangeMs.map(aboutDuration)
  say(`${marks.ok} Time: about ${aboutDuration(estimate.totalMs)} on ${gpu.adapter.name} (${least} to ${most})`)
}
