// `npm run bench -- shapes`: one block of well-known models, seeded weights in their exact shapes, through the whole
// pipeline: calibrated, solved, evaluated. Bytes on the device against what the memory plan says, and time, by phase.
//   npm run -s bench -- shapes [--models NAME,NAME] [--layers MODULE,MODULE] [--recipes NAME,NAME]
//                              [--rows N] [--window TOKENS] [--samples N] [--windows N] [--json FILE]
// --rows: of every layer only so many rows are solved, for slow devices; H and its factors stay whole, and of the models
// only the unquantized one is evaluated.
// A few tokens are enough for bytes: H then has less rank than columns, and GPTQ its damping.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { InputError } from '../formats/errors.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { prepareShapes } from '../kernels/shapes.ts'
import { random } from '../math/random.ts'
import { openModel, type Model } from '../model/model.ts'
import { evaluate } from '../pipeline/evaluate.ts'
import type { RunEvent } from '../pipeline/events.ts'
import { HessianCache } from '../pipeline/hessian-cache.ts'
import { memoryPlan } from '../pipeline/memory.ts'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'
import { run } from '../pipeline/run.ts'
import { planWindows } from '../pipeline/windows.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { openNodeGpu } from './adapter.ts'
import { benchModels, openBenchModel } from './bench-models.ts'
import { memoryTable } from './bench-table.ts'
import { fromHere } from './files.ts'
import { shapeStore } from './shape-store.ts'

/** What a phase took. */
export interface PhaseUse {
  phase: string
  plannedBytes: number
  /** Most that was alive, by the device's own account. */
  peakBytes: number
  seconds: number
}

export interface ShapeUse {
  model: string
  layers: { layer: string; rows: number; columns: number }[]
  tokens: number
  plannedBytes: number
  peakBytes: number
  /** Planned ÷ measured. */
  ratio: number
  seconds: number
  phases: PhaseUse[]
  /** Most of the process: all of it, and what JavaScript holds. On a processor the device's buffers are part of it. */
  residentBytes: number
  heapBytes: number
}

export async function benchShapes(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const options = {
    ...{ models: text, layers: text, recipes: text, rows: text },
    ...{ window: text, samples: text, windows: text, json: text },
  }
  const { values } = parseArgs({ args, options })
  const names = values.models?.split(',') ?? Object.keys(benchModels)
  for (const name of names)
    if (!Object.hasOwn(benchModels, name))
      throw new InputError(`--models ${name}: no such model; there are ${Object.keys(benchModels).join(', ')}`)
  const whole = (name: 'window' | 'samples' | 'windows' | 'rows', absent: number, least: number) => {
    const value = Number(values[name] ?? absent)
    if (!(Number.isInteger(value) && value >= least))
      throw new InputError(`--${name} is ${values[name]}; a whole number from ${least} on is needed`)
    return value
  }
  const plan: Plan = {
    ...defaultPlan,
    recipes: values.recipes?.split(',') ?? ['rtn', 'gptq', 'cdquant'],
    window: whole('window', 32, 2),
    samples: whole('samples', 4, 1),
    windows: whole('windows', 1, 0),
  }
  using gpu = await openNodeGpu()
  await prepareShapes(gpu, shapeStore)
  const found: ShapeUse[] = []
  for (const name of names) {
    const use = await measureShapes(gpu, name, plan, {
      modules: values.layers?.split(','),
      ...(values.rows !== undefined && { rows: whole('rows', 1, 1) }),
    })
    found.push(use)
    process.stdout.write(`${memoryTable(use)}\n`)
    if (values.json) {
      const result = { adapter: gpu.adapter, plan, models: found }
      await writeFile(fromHere(values.json), `${JSON.stringify(result, null, 1)}\n`)
    }
  }
}

/** What is solved of a block, where not all is. */
export interface Chosen {
  modules?: readonly string[] | undefined
  rows?: number
}

/** Runs a plan on one block of a model. */
export async function measureShapes(gpu: Gpu, name: string, plan: Plan, chosen: Chosen = {}): Promise<ShapeUse> {
  const begun = performance.now()
  const model = chosenLayers(openModel(await openBenchModel(name)), chosen)
  const partly = chosen.rows !== undefined
  const { memory } = gpu
  const before = memory.bytes
  const first = partly ? { ...plan, windows: 0 } : plan
  const evaluating = memoryPlan(model, { ...plan, recipes: [] }, gpu).phases.filter(({ label }) => label === 'Evaluate')
  const planned = [...(partly ? evaluating : []), ...memoryPlan(model, first, gpu).phases]
  const plannedPhases = new Map(planned.map(({ label, bytes }) => [label, bytes]))
  const uses = new Map<string, PhaseUse>()
  let use: PhaseUse
  let since = begun
  const turn = (phase: string) => {
    const now = performance.now()
    if (use) {
      use.peakBytes = Math.max(use.peakBytes, memory.peakBytes - before)
      use.seconds += (now - since) / 1000
    }
    since = now
    memory.peakBytes = memory.bytes
    const plannedBytes = plannedPhases.get(phase) ?? 0
    if (!uses.has(phase)) uses.set(phase, { phase, plannedBytes, peakBytes: 0, seconds: 0 })
    use = uses.get(phase)!
  }
  turn('Calibrate')
  const next = phaseAfter(model)
  const text = (seed: number, windows: number) => {
    const source = random(seed)
    const ids = Uint32Array.from({ length: plan.window * windows }, () => source.integer(model.facts.vocabulary))
    return { name: 'random tokens', ids }
  }
  const texts = { calibration: text(2, plan.samples + plan.heldOut), evaluation: text(3, plan.windows) }
  let heapBytes = 0
  const look = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    heapBytes = Math.max(heapBytes, heapUsed + arrayBuffers)
  }
  for await (const event of run({ gpu, model, cache: new HessianCache(0), ...texts }, first)) {
    look()
    const phase = next(event)
    if (phase !== undefined && phase !== use!.phase) turn(phase)
  }
  if (partly && plan.windows) {
    const events = evaluate(gpu, model, planWindows(texts, plan).evaluation)
    while (!(await events.next()).done) look()
  }
  turn('')
  uses.delete('')
  const phases = [...uses.values()]
  const peakBytes = Math.max(...phases.map((one) => one.peakBytes))
  const plannedBytes = Math.max(...plannedPhases.values())
  return {
    model: name,
    layers: model.layers.map(({ layer, rows, columns }) => ({ layer, rows, columns })),
    tokens: plan.window * plan.samples,
    plannedBytes,
    peakBytes,
    ratio: plannedBytes / peakBytes,
    seconds: (performance.now() - begun) / 1000,
    phases,
    residentBytes: 1024 * process.resourceUsage().maxRSS,
    heapBytes,
  }
}

/** The phase that begins with an event, as the memory plan calls them; undefined: it goes on. */
function phaseAfter(model: Model): (event: RunEvent) => string | undefined {
  let group: string[] = []
  let left = model.inputs(0).length
  return (event) => {
    if (event.event === 'hessian') group = event.layers
    if (event.event === 'solving') return `Solve by ${recipeNamed(event.recipe).title}`
    if (event.event === 'solved' && event.layer === group.at(-1)) return 'Condition of H'
    if (event.event === 'health' && --left === 0) return 'Evaluate'
    return undefined
  }
}

/**
 * The same model with less to solve: the layers of the modules, and of inputs that none of them reads the smallest; the
 * first rows.
 */
function chosenLayers(model: Model, { modules, rows: most = Infinity }: Chosen): Model {
  const known = [...new Set(model.layers.map(({ module }) => module))]
  for (const module of modules ?? [])
    if (!known.includes(module))
      throw new InputError(`--layers ${module}: no such layer; there are ${known.join(', ')}`)
  const inputs = model.inputs(0).map(({ layers, columns }) => {
    const wanted = modules ? layers.filter(({ module }) => modules.includes(module)) : layers
    const smallest = layers.reduce((least, layer) => (layer.rows < least.rows ? layer : least))
    const kept = wanted.length ? wanted : [smallest]
    return { columns, layers: kept.map((layer) => ({ ...layer, rows: Math.min(layer.rows, most) })) }
  })
  return {
    ...model,
    inputs: () => inputs,
    layers: inputs.flatMap(({ layers }) => layers),
    weights({ layer, rows }, first = 0, count = rows - first) {
      const whole = model.layers.find((one) => one.layer === layer)!
      return model.weights(whole, first, count)
    },
  }
}
