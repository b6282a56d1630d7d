// `model FOLDER`, `model FILE.gguf`, `model ID`, and `model FILE.safetensors` for matrices without a model: a whole run,
// its events as JSON lines, of several one after another on one device.
import { writeFile } from 'node:fs/promises'
import { InputError } from '../formats/errors.ts'
import type { Bare } from '../formats/bare.ts'
import { openCheckpoint, type Checkpoint } from '../formats/checkpoint.ts'
import { openModel } from '../model/model.ts'
import type { TimedEvent } from '../pipeline/events.ts'
import { bareRun } from '../pipeline/bare-run.ts'
import { HessianCache } from '../pipeline/hessian-cache.ts'
import { run, type TokenText } from '../pipeline/run.ts'
import { timed } from '../pipeline/timed.ts'
import { tokenText } from '../pipeline/texts.ts'
import { checkBare, checkModel, type Checked } from './check-command.ts'
import { fileText, fromHere, modelFiles } from './files.ts'
import { layerBitsOf } from './layer-bits.ts'
import { openMatrices } from './layer-command.ts'
import { openCommandGpu, printLine } from './output.ts'
import { parseArguments, type Values } from './options.ts'
import { Progress } from './progress.ts'

type Opened = { bare: Bare } | Checked

export async function modelCommand(args: string[]): Promise<void> {
  const { paths, plan: uniform, values } = parseArguments('model', args)
  const mix = values['layer-bits']
  const plan = mix === undefined ? uniform : { ...uniform, layerBits: await layerBitsOf(String(mix)) }
  const isBare = (path: string) => path.endsWith('.safetensors')
  for (const name of ['calibration', 'evaluation'] as const)
    if (typeof values[name] !== 'string' && !paths.every(isBare)) throw new InputError(`--${name} TEXT is missing`)
  // Whatever is wrong with one of them is said before the first begins.
  const all = await Promise.all(
    paths.map(async (path): Promise<Opened> =>
      isBare(path) ? { bare: await openMatrices(path, values) } : open(path, values),
    ),
  )
  using gpu = await openCommandGpu()
  if (values.check === true) {
    for (const one of all)
      await ('bare' in one ? checkBare(gpu, one.bare, plan, values) : checkModel(gpu, one, plan, values))
    return
  }
  const log: TimedEvent[] = []
  for (const one of all) {
    const progress = new Progress(process.stderr, () => performance.now())
    const given = { gpu, ...one, cache: new HessianCache() }
    const events = 'bare' in given ? bareRun(given, plan) : run(given, plan)
    for await (const event of timed(events, () => performance.now())) {
      progress.show(event)
      if (values['save-log'] !== undefined) log.push(event)
      await printLine(event)
    }
    progress.end()
  }
  if (values['save-log'] !== undefined) await writeFile(fromHere(String(values['save-log'])), JSON.stringify(log))
}

async function open(path: string, values: Values): Promise<Checked> {
  const folder = await modelFiles(path, values.endpoint as string | undefined)
  const checkpoint = await openCheckpoint(folder.name, folder.files)
  const model = openModel(checkpoint)
  const calibration = await readTokens(checkpoint, values.calibration as string, model.facts.vocabulary)
  const evaluation = await readTokens(checkpoint, values.evaluation as string, model.facts.vocabulary)
  return { checkpoint, model, calibration, evaluation }
}

async function readTokens(checkpoint: Checkpoint, path: string, vocabulary: number): Promise<TokenText> {
  return tokenText(checkpoint, await fileText(path), vocabulary)
}
