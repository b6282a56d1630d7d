// `model FOLDER`, `model FILE.gguf`, `model ID`: a whole run, its events as JSON lines, of several one after another on
// one device; `model FILE.safetensors`: the matrices of a file without config.
import { writeFile } from 'node:fs/promises'
import { InputError } from '../formats/errors.ts'
import { openCheckpoint, type Checkpoint } from '../formats/checkpoint.ts'
import { openModel } from '../model/model.ts'
import type { TimedEvent } from '../pipeline/events.ts'
import { HessianCache } from '../pipeline/hessian-cache.ts'
import { run, type TokenText } from '../pipeline/run.ts'
import { timed } from '../pipeline/timed.ts'
import { tokenText } from '../pipeline/texts.ts'
import { checkModel, type Checked } from './check-command.ts'
import { fileText, fromHere, modelFiles } from './files.ts'
import { layerBitsOf } from './layer-bits.ts'
import { bareCommand } from './layer-command.ts'
import { openCommandGpu, printLine } from './output.ts'
import { parseArguments, type Values } from './options.ts'
import { Progress } from './progress.ts'

export async function modelCommand(args: string[]): Promise<void> {
  const { paths, plan: uniform, values } = parseArguments('model', args)
  const mix = values['layer-bits']
  const plan = mix === undefined ? uniform : { ...uniform, layerBits: await layerBitsOf(String(mix)) }
  const bare = paths.filter((path) => path.endsWith('.safetensors'))
  for (const path of bare) await bareCommand(path, plan, values)
  if (bare.length === paths.length) return
  for (const name of ['calibration', 'evaluation'] as const)
    if (typeof values[name] !== 'string') throw new InputError(`--${name} TEXT is missing`)
  // Whatever is wrong with one of them is said before the first begins.
  const all = await Promise.all(paths.filter((path) => !bare.includes(path)).map((path) => open(path, values)))
  using gpu = await openCommandGpu()
  if (values.check === true) {
    for (const inputs of all) await checkModel(gpu, inputs, plan, values)
    return
  }
  const log: TimedEvent[] = []
  for (const inputs of all) {
    const progress = new Progress(process.stderr, () => performance.now())
    const events = run({ gpu, ...inputs, cache: new HessianCache() }, plan)
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
