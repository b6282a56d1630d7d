// `npm run record`: makes everything in public/runs again from the bundled model.
//   tiny-tales-1m.json         every event of a run of the default plan, for machines without WebGPU
//   lesson-problem.safetensors rows 0 to 7 of one layer, its Hessian, and its Hessian from 64 tokens (also for `quantize layer`)
//   lesson-results.json        runs at other group sizes and on other calibration texts
//   npm run -s record [-- --only run|problem|results] [--model FOLDER] [--out FOLDER]
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { InputError } from '../formats/errors.ts'
import { openCheckpoint, type Checkpoint } from '../formats/checkpoint.ts'
import { safetensorsBytes, type TensorToWrite } from '../formats/safetensors-write.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { openModel, type Model } from '../model/model.ts'
import { Calibration } from '../pipeline/calibrate.ts'
import type { TimedEvent } from '../pipeline/events.ts'
import { HessianCache } from '../pipeline/hessian-cache.ts'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'
import { run, type TokenText } from '../pipeline/run.ts'
import { tokenText } from '../pipeline/texts.ts'
import { timed } from '../pipeline/timed.ts'
import { compactEvents, type LessonResult, type LessonResults, meanLoss } from '../store/lesson-results.ts'
import { lessonText, lessonTexts } from '../store/lesson-texts.ts'
import { tokenWindows } from '../tokenizer/windows.ts'
import { fileText, folderBlobs, fromHere } from './files.ts'
import { openCommandGpu } from './output.ts'

/** The lessons' layer: its block is 1. */
const LAYER = 'model.layers.1.self_attn.o_proj'
const ROWS = 8
/** Fewer than its 128 columns, so that its Hessian has no inverse. */
const FEW_TOKENS = 64

const flags = {
  only: { type: 'string' },
  model: { type: 'string', default: 'public/models/tiny-tales-1m' },
  out: { type: 'string', default: 'public/runs' },
} as const

interface Desk {
  gpu: Gpu
  checkpoint: Checkpoint
  model: Model
  stories: string
  calibration: TokenText
  evaluation: TokenText
  out: string
}

export async function main(args: string[]): Promise<number> {
  try {
    const { values } = parseArgs({ args, options: flags, strict: true })
    await record(values.model, values.out, values.only)
    return 0
  } catch (error) {
    const expected = error instanceof InputError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
    process.stderr.write(`${expected ? (error as Error).message : (error as Error).stack}\n`)
    return expected ? 2 : 1
  }
}

async function record(folderPath: string, out: string, only: string | undefined): Promise<void> {
  const parts = { run: recordRun, problem: recordProblem, results: recordResults }
  if (only !== undefined && !Object.hasOwn(parts, only))
    throw new InputError(`--only is ${only}; allowed: ${Object.keys(parts).join(', ')}`)
  const folder = await folderBlobs(folderPath)
  const checkpoint = await openCheckpoint(folder.name, folder.files)
  const model = openModel(checkpoint)
  const text = (name: string) => fileText(join(folderPath, `${name}.txt`))
  const ids = async (name: string) => tokenText(checkpoint, await text(name), model.facts.vocabulary)
  const stories = (await text('calibration')).text
  const [calibration, evaluation] = [await ids('calibration'), await ids('evaluation')]
  await mkdir(fromHere(out), { recursive: true })
  using gpu = await openCommandGpu()
  const desk = { gpu, checkpoint, model, stories, calibration, evaluation, out: fromHere(out) }
  for (const [name, part] of Object.entries(parts)) if (only === undefined || only === name) await part(desk)
}

async function recordRun({ gpu, model, calibration, evaluation, out }: Desk): Promise<void> {
  const log = await eventsOf({ gpu, model, calibration, evaluation, cache: new HessianCache() }, defaultPlan)
  await writeFile(join(out, `${model.facts.name}.json`), JSON.stringify(compactEvents(log)) + '\n')
}

async function recordProblem({ gpu, checkpoint, model, calibration, out }: Desk): Promise<void> {
  const { window, samples } = defaultPlan
  const facts = model.layers.find(({ layer }) => layer === LAYER)
  if (!facts) throw new InputError(`the model has no layer '${LAYER}'`)
  const { columns } = facts
  const hessian = async (windows: Uint32Array[]) => {
    using calibrating = new Calibration(gpu, model, { calibration: windows, heldOut: [] })
    for (let block = 0; ; block++) {
      const captured = await last(calibrating.block(block))
      const found = captured.find(({ layers }) => layers.some(({ layer }) => layer === LAYER))
      const matrix = found && (await found.matrix.read(gpu))
      for (const one of captured) one.matrix[Symbol.dispose]()
      if (matrix) return matrix
    }
  }
  const f32 = (name: string, shape: number[], data: Float32Array): TensorToWrite => ({
    name,
    dtype: 'F32',
    shape,
    data: data as Float32Array<ArrayBuffer>,
  })
  const few = tokenWindows(calibration.ids, FEW_TOKENS, 1, calibration.name)
  const tensors = [
    f32('weights', [ROWS, columns], await checkpoint.floats(`${LAYER}.weight`, 0, ROWS * columns)),
    f32('hessian', [columns, columns], await hessian(tokenWindows(calibration.ids, window, samples, calibration.name))),
    f32('hessian_few', [columns, columns], await hessian(few)),
  ]
  const about = { model: model.facts.name, layer: LAYER, tokens: String(window * samples), few: String(FEW_TOKENS) }
  await writeFile(join(out, 'lesson-problem.safetensors'), safetensorsBytes(tensors, about))
}

async function recordResults(desk: Desk): Promise<void> {
  const { gpu, checkpoint, model, stories, calibration, evaluation, out } = desk
  const cache = new HessianCache()
  const plan: Plan = { ...defaultPlan, recipes: ['rtn', 'gptq', 'cdquant'] }
  const groups: LessonResult[] = []
  for (const group of [0, 64, 32])
    for (const bits of [2, 3, 4])
      groups.push(...(await results({ gpu, model, calibration, evaluation, cache }, { ...plan, bits, group })))
  const texts: LessonResult[] = []
  for (const { name } of lessonTexts) {
    const own = tokenText(checkpoint, { name, text: lessonText(name, stories) }, model.facts.vocabulary)
    const inputs = { gpu, model, calibration: own, evaluation, cache: new HessianCache() }
    const found = await results(inputs, { ...plan, bits: 2 })
    texts.push(...found.map((result) => ({ ...result, text: name })))
  }
  const kept: LessonResults = { model: model.facts.name, adapter: gpu.adapter.name, plan, groups, texts }
  await writeFile(join(out, 'lesson-results.json'), JSON.stringify(compactEvents([kept])[0], undefined, 1) + '\n')
}

type Inputs = Parameters<typeof run>[0]

async function eventsOf(inputs: Inputs, plan: Plan): Promise<TimedEvent[]> {
  process.stderr.write(`${inputs.calibration.name}, ${plan.bits} bits, group ${plan.group}\n`)
  const log: TimedEvent[] = []
  for await (const event of timed(run(inputs, plan), () => performance.now())) log.push(event)
  return log
}

/** The models of one run, as the lessons show them. */
async function results(inputs: Inputs, plan: Plan): Promise<LessonResult[]> {
  const finished = (await eventsOf(inputs, plan)).find((event) => event.event === 'finished')
  if (!finished) throw new Error('the run did not finish')
  const { bits, group } = plan
  return Object.entries(finished.perplexity).map(([recipe, { value, standardError }]) => {
    const layers = finished.layers.filter((layer) => layer.recipe === recipe)
    if (standardError === undefined) throw new Error('lessons show standard errors; one window has none')
    return { recipe, bits, group, perplexity: value, standardError, ...(layers.length && meanLoss(layers)) }
  })
}

async function last<T>(events: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const { value, done } = await events.next()
    if (done) return value
  }
}
