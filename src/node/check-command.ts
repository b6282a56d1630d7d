// `model FOLDER --check`, also of bare safetensors: what the page says before a run. Standard output: one JSON line per check, then the memory and
// the time; the same in words on standard error. Exit status 2 where a run would refuse.
import type { Bare } from '../formats/bare.ts'
import type { Checkpoint } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { bareFitOf } from '../pipeline/bare-fit.ts'
import { bareJob } from '../pipeline/bare-layers.ts'
import type { Estimate } from '../pipeline/estimate.ts'
import { fitOf, type Fit, type Limits } from '../pipeline/fit.ts'
import { foresee, foreseeBare, KnownRates } from '../pipeline/foresee.ts'
import { HessianCache } from '../pipeline/hessian-cache.ts'
import { bareChecks, planChecks, type PlanCheck } from '../pipeline/plan-checks.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { RunInputs } from '../pipeline/run.ts'
import { aboutDuration } from '../store/estimate-words.ts'
import { bytes } from '../store/wording.ts'
import { bareRows, checkRows } from '../worker/report.ts'
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

interface Checks {
  name: string
  checks: readonly (Check | PlanCheck)[]
  fit: Fit
  foresee(known: KnownRates, given: { now(): number; wanted(): boolean }): Promise<Estimate | undefined>
}

/** @throws InputError when a run would refuse the plan. */
export async function checkModel(gpu: Gpu, inputs: Checked, plan: Plan, values: Values): Promise<void> {
  const { checkpoint, model, calibration, evaluation } = inputs
  const texts = {
    calibration: { name: calibration.name, tokens: calibration.ids.length },
    evaluation: { name: evaluation.name, tokens: evaluation.ids.length },
  }
  const run = { gpu, model, calibration, evaluation, cache: new HessianCache() }
  await tell(gpu, {
    name: model.facts.name,
    checks: [...checkRows(checkpoint, model), ...planChecks(model, plan, texts)],
    fit: fitOf(model, plan, limitsOf(gpu, values)),
    foresee: (...given) => foresee(run, plan, ...given),
  })
}

/** The same of matrices without a model. @throws InputError when a run would refuse the plan. */
export async function checkBare(gpu: Gpu, bare: Bare, plan: Plan, values: Values): Promise<void> {
  const job = bareJob(bare, plan)
  await tell(gpu, {
    name: bare.facts.name,
    checks: [
      ...bareRows(new InputError('a file by itself, without a config.json'), bare.facts),
      ...bareChecks(job.matrices, plan),
    ],
    fit: bareFitOf(job, limitsOf(gpu, values)),
    foresee: (...given) => foreseeBare({ gpu, bare, cache: new HessianCache() }, plan, ...given),
  })
}

function limitsOf(device: Gpu, values: Values): Limits {
  if (values.memory === undefined) return { device }
  const budgetBytes = numberFlag(values, 'memory', 0) * 1e9
  if (!(budgetBytes > 0)) throw new InputError(`--memory is ${values.memory}; GB above 0 are needed`)
  return { device, budgetBytes }
}

async function tell(gpu: Gpu, { name, checks, fit, foresee }: Checks): Promise<void> {
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  say(name)
  for (const check of checks) {
    await printLine({ event: 'check', model: name, ...check })
    const { status, subject, fact, detail } = check
    const offer = 'offer' in check && check.offer ? `; use ${check.offer.label}` : ''
    say(`${marks[status]} ${subject}: ${fact}${detail ? ` (${detail})` : ''}${offer}`)
  }
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
  const estimate = await foresee(new KnownRates(), { now: () => performance.now(), wanted: () => true })
  if (!estimate) throw new Error('the device was not measured to the end')
  await printLine({ event: 'estimate', model: name, ...estimate })
  const [least, most] = estimate.rangeMs.map(aboutDuration)
  say(`${marks.ok} Time: about ${aboutDuration(estimate.totalMs)} on ${gpu.adapter.name} (${least} to ${most})`)
}
