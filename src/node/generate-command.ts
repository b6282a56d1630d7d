// `generate FOLDER --prompt TEXT`, or FILE.gguf, or a model on the Hub: the unquantized model and recipes continue a prompt; one JSON line each.
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { InputError } from '../formats/errors.ts'
import { openCheckpoint, type Checkpoint } from '../formats/checkpoint.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { openModel, type Model } from '../model/model.ts'
import { checkWritePlan, write } from '../pipeline/generate-compare.ts'
import { HessianCache } from '../pipeline/hessian-cache.ts'
import type { Plan } from '../pipeline/plan.ts'
import { run } from '../pipeline/run.ts'
import { Solutions } from '../pipeline/solutions.ts'
import { tokenText } from '../pipeline/texts.ts'
import { timed } from '../pipeline/timed.ts'
import { fileText, fromHere, modelFiles } from './files.ts'
import { layerBitsOf } from './layer-bits.ts'
import { numberFlag, parseArguments } from './options.ts'
import { openCommandGpu, printLine } from './output.ts'
import { Progress } from './progress.ts'

/** Tokens that are written where nothing else is said. */
const TOKENS = 60

export async function generateCommand(args: string[]): Promise<void> {
  const { path, plan: uniform, values } = parseArguments('generate', args)
  const mix = values['layer-bits']
  const plan = mix === undefined ? uniform : { ...uniform, layerBits: await layerBitsOf(String(mix)) }
  if (typeof values.prompt !== 'string') throw new InputError('--prompt TEXT is missing')
  const asked = {
    prompt: values.prompt,
    recipes: plan.recipes,
    tokens: numberFlag(values, 'tokens', TOKENS),
    temperature: numberFlag(values, 'temperature', 0),
    seed: plan.seed,
  }
  checkWritePlan(asked)
  const folder = await modelFiles(path, values.endpoint as string | undefined)
  const checkpoint = await openCheckpoint(folder.name, folder.files)
  const model = openModel(checkpoint)
  const text = plan.recipes.length ? await calibrationText(path, values.calibration) : undefined
  using gpu = await openCommandGpu()
  const solutions = text ? await solve(gpu, { model, checkpoint, plan }, text) : new Solutions()
  const substitute = (recipe: string) => solutions.substitute(gpu, recipe)
  for await (const event of write({ gpu, model, checkpoint, substitute }, asked))
    if (event.event === 'written') await printLine({ ...event, prompt: asked.prompt, adapter: gpu.adapter.name })
}

/** The text that recipes calibrate on: the one that is named, else the calibration.txt beside the model. */
async function calibrationText(path: string, given: unknown): Promise<{ name: string; text: string }> {
  if (typeof given === 'string') return fileText(given)
  const facts = statSync(fromHere(path), { throwIfNoEntry: false })
  const own = join(facts?.isFile() ? dirname(path) : path, 'calibration.txt')
  if (!facts || !existsSync(fromHere(own)))
    throw new InputError(`--calibration TEXT is missing, and ${path} has no calibration.txt`)
  return fileText(own)
}

/** Solves all layers by all recipes, without an evaluation. */
async function solve(
  gpu: Gpu,
  { model, checkpoint, plan }: { model: Model; checkpoint: Checkpoint; plan: Plan },
  text: { name: string; text: string },
): Promise<Solutions> {
  const calibration = tokenText(checkpoint, text, model.facts.vocabulary)
  const solutions = new Solutions()
  const progress = new Progress(process.stderr, () => performance.now())
  const inputs = { gpu, model, calibration, evaluation: calibration, cache: new HessianCache(), solutions }
  const events = run(inputs, { ...plan, windows: 0 })
  for await (const event of timed(events, () => performance.now())) progress.show(event)
  progress.end()
  return solutions
}
