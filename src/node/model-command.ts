// `model FOLDER`, `model FILE.gguf`, `model ID`: a whole run, its events as JSON lines; `model FILE.safetensors`: the
// matrices of a file without config.
import { writeFile } from 'node:fs/promises'
import { InputError } from '../formats/errors.ts'
import { openCheckpoint, type Checkpoint } from '../formats/checkpoint.ts'
import { openModel } from '../model/model.ts'
import type { TimedEvent } from '../pipeline/events.ts'
import { HessianCache } from '../pipeline/hessian-cache.ts'
import { run, type TokenText } from '../pipeline/run.ts'
import { timed } from '../pipeline/timed.ts'
import { tokenText } from '../pipeline/texts.ts'
import { fileText, fromHere, modelFiles } from './files.ts'
import { layerBitsOf } from './layer-bits.ts'
import { bareCommand } from './layer-command.ts'
import { openCommandGpu, printLine } from './output.ts'
import { parseArguments } from './options.ts'
import { Progress } from './progress.ts'

export async function modelCommand(args: string[]): Promise<void> {
  const { path, plan: uniform, values } = parseArguments('model', args)
  const mix = values['layer-bits']
  const plan = mix === undefined ? uniform : { ...uniform, layerBits: await layerBitsOf(String(mix)) }
  if (path.endsWith('.safetensors')) return bareCommand(path, plan, values)
  for (const name of ['calibration', 'evaluation'] as const)
    if (typeof values[name] !== 'string') throw new InputError(`--${name} TEXT is missing`)
  const folder = await modelFiles(path, values.endpoint as string | undefined)
  const checkpoint = await openCheckpoint(folder.name, folder.files)
  const model = openModel(checkpoint)
  const calibration = await readTokens(checkpoint, values.calibration as string, model.facts.vocabulary)
  const evaluation = await readTokens(checkpoint, values.evaluation as string, model.facts.vocabulary)
  using gpu = await openCommandGpu()
  const log: TimedEvent[] = []
  const progress = new Progress(process.stderr, () => performance.now())
  const events = run({ gpu, model, calibration, evaluation, cache: new HessianCache() }, plan)
  for await (const event of timed(events, () => performance.now())) {
    progress.show(event)
    if (values['save-log'] !== undefined) log.push(event)
    await printLine(event)
  }
  progress.end()
  if (values['save-log'] !== undefined) await writeFile(fromHere(String(values['save-log'])), JSON.stringify(log))
}

async function readTokens(checkpoint: Checkpoint, path: string, vocabulary: number): Promise<TokenText> {
  return tokenText(checkpoint, await fileText(path), vocabulary)
}
