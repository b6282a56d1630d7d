// A run saved by this page (downloads.ts), read again: every field that the page relies on is checked, and the run
// comes back as its events, in the order they happened, so that it is folded, drawn and played like any other. Times
// inside a layer are those of its recipes one after the other; the points of a descent lie evenly between.
import { InputError } from '../formats/errors.ts'
import { nameProblem } from '../formats/tensor-name.ts'
import type { LayerFacts, LayerResult, Perplexity, RunEvent, TimedEvent } from '../pipeline/events.ts'
import { NO_BLOCK } from '../pipeline/bare-layers.ts'
import { checkPlan } from '../pipeline/check-plan.ts'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'
import { FORMAT, VERSION } from './downloads.ts'
import { type Fields, flag, list, loss, number, plainData, record, text, whole } from './plain-data.ts'

/** A file of more bytes is none of ours: 200 layers of 5 recipes take 6 million. */
export const MOST_BYTES = 64e6
const MOST_LAYERS = 10_000
const MOST_POINTS = 1000

/** @throws InputError when the file is none of ours, damaged, or of a newer version. */
export function savedRun(json: string, file: string): TimedEvent[] {
  const data = plainData(json, file, [`${file}.plan.layerBits`])
  const run = Array.isArray(data) || data === null || typeof data !== 'object' ? {} : (data as Fields)
  if (run.format !== FORMAT)
    throw new InputError(`${file} is no run saved by this page: it has no field "format" that says '${FORMAT}'`)
  const version = whole(run.version, `${file}.version`, 1)
  if (version > VERSION)
    throw new InputError(`${file} was saved by a newer version (format ${version}); this page reads up to ${VERSION}`)
  return [...events(run, file)]
}

function* events(run: Fields, file: string): Generator<TimedEvent> {
  const details = list(run.details, `${file}.details`, MOST_LAYERS).map((value, i) =>
    record(value, `${file}.details[${i}]`),
  )
  const layers = details.map((fields, i) => layerFacts(fields, `${file}.details[${i}]`))
  const names = new Set(layers.map(({ layer }) => layer))
  if (names.size < layers.length)
    throw new InputError(`${file}.details has ${layers.length} layers of ${names.size} names`)
  const plan = planOf(run.plan, layers, file)
  const results = resultsOf(run, plan, layers, file)
  const end = number(run.at, `${file}.at`, 0)
  const spent = record(run.spent, `${file}.spent`)
  let at = 0
  const timed = (event: RunEvent, ms = 0): TimedEvent => {
    at = Math.min(end, at + ms)
    return { ...event, at }
  }
  yield timed(started(run, plan, layers, file))
  at = Math.min(end, number(spent.calibrating, `${file}.spent.calibrating`, 0))
  for (const event of hessians(details, layers, file)) yield timed(event)
  for (const [i, fields] of details.entries()) {
    const { layer } = layers[i]
    const path = `${file}.details[${i}]`
    const curves = record(fields.curves, `${path}.curves`)
    const damping = record(fields.damping, `${path}.damping`)
    for (const recipe of plan.recipes) {
      const result = results.get(`${layer} ${recipe}`)
      const points = pointsOf(curves[recipe], `${path}.curves.${recipe}`)
      if (!result && !points.length) continue
      yield timed({ event: 'solving', layer, recipe })
      if (damping[recipe] !== undefined)
        yield timed({ event: 'damping', layer, recipe, tried: numbers(damping[recipe], `${path}.damping.${recipe}`) })
      const ms = (result?.ms ?? 0) / (points.length + 1)
      for (const point of points) yield timed({ event: 'descent', layer, recipe, step: '', points: [point] }, ms)
      if (result) yield timed({ event: 'layer', ...result }, ms)
    }
    if (flag(fields.solved, `${path}.solved`)) yield timed({ event: 'solved', layer })
  }
  for (const value of list(run.warnings, `${file}.warnings`, MOST_LAYERS)) {
    const { text: words, layer } = record(value, `${file}.warnings`)
    const known = layers.some((facts) => facts.layer === layer) ? { layer: String(layer) } : {}
    yield timed({ event: 'warning', text: text(words, `${file}.warnings`), ...known })
  }
  const perplexity = perplexities(run.perplexity, plan, file)
  at = end
  for (const [model, value] of Object.entries(perplexity)) yield timed({ event: 'perplexity', model, ...value })
  if (run.event === 'finished') yield timed({ event: 'finished', perplexity, layers: [...results.values()] })
}

function layerFacts(fields: Fields, path: string): LayerFacts {
  const name = (field: 'layer' | 'module') => {
    const given = text(fields[field], `${path}.${field}`)
    const problem = nameProblem(given)
    if (problem) throw new InputError(`${path}.${field} ${problem}`)
    return given
  }
  return {
    layer: name('layer'),
    block: whole(fields.block, `${path}.block`, NO_BLOCK),
    module: name('module'),
    rows: whole(fields.rows, `${path}.rows`, 1, 2 ** 30),
    columns: whole(fields.columns, `${path}.columns`, 1, 2 ** 30),
  }
}

/** Settings that the file does not know yet have their default. */
function planOf(value: unknown, layers: readonly LayerFacts[], file: string): Plan {
  const given = record(value, `${file}.plan`)
  const recipes = list(given.recipes, `${file}.plan.recipes`, 100).map((name) => text(name, `${file}.plan.recipes`))
  for (const [name, usual] of Object.entries(defaultPlan))
    if (given[name] !== undefined && typeof given[name] !== typeof usual)
      throw new InputError(`${file}.plan.${name} is ${JSON.stringify(given[name])}, not a ${typeof usual}`)
  const plan = { ...defaultPlan, ...given, recipes } as Plan
  if (given.layerBits !== undefined) record(given.layerBits, `${file}.plan.layerBits`)
  try {
    checkPlan(plan, layers)
  } catch (error) {
    throw new InputError(`${file}.plan: ${(error as Error).message}`, { cause: error })
  }
  return plan
}

/** By `layer recipe`. Fields that the page does not know stay. */
function resultsOf(run: Fields, { recipes }: Plan, layers: readonly LayerFacts[], file: string) {
  const known = new Map(layers.map((facts) => [facts.layer, facts]))
  const results = new Map<string, LayerResult>()
  list(run.layers, `${file}.layers`, MOST_LAYERS * 100).forEach((value, i) => {
    const path = `${file}.layers[${i}]`
    const fields = record(value, path)
    const [layer, recipe] = [text(fields.layer, `${path}.layer`), text(fields.recipe, `${path}.recipe`)]
    const facts = known.get(layer)
    if (!facts || !recipes.includes(recipe))
      throw new InputError(`${path} is of ${layer} by ${recipe}, which the run does not have`)
    if (results.has(`${layer} ${recipe}`)) throw new InputError(`${path} is ${layer} by ${recipe} a second time`)
    for (const name of ['bits', 'group', 'moves', 'effectiveBits'] as const) number(fields[name], `${path}.${name}`)
    for (const name of ['grid', 'adapter'] as const) text(fields[name], `${path}.${name}`)
    if (fields.damping !== null) number(fields.damping, `${path}.damping`)
    if (fields.ms !== undefined) number(fields.ms, `${path}.ms`, 0)
    if (fields.notes !== undefined) list(fields.notes, `${path}.notes`, 1000).forEach((note) => text(note, path))
    const held = fields.heldOut === undefined ? undefined : record(fields.heldOut, `${path}.heldOut`)
    const losses = (of: Fields, at: string) => ({
      objective: loss(of.objective, `${at}.objective`),
      relative: loss(of.relative, `${at}.relative`),
    })
    results.set(`${layer} ${recipe}`, {
      ...(fields as unknown as LayerResult),
      ...losses(fields, path),
      ...(held && { heldOut: { ...held, ...losses(held, `${path}.heldOut`) } as LayerResult['heldOut'] & object }),
    })
  })
  return results
}

function started(run: Fields, plan: Plan, layers: LayerFacts[], file: string): RunEvent & { event: 'started' } {
  const model = record(run.model, `${file}.model`)
  for (const name of ['name', 'architecture']) text(model[name], `${file}.model.${name}`)
  for (const name of ['parameters', 'blocks', 'hidden', 'vocabulary', 'context'])
    whole(model[name], `${file}.model.${name}`)
  const adapter = record(run.adapter, `${file}.adapter`)
  text(adapter.name, `${file}.adapter.name`)
  for (const name of ['maxBufferBytes', 'maxBindingBytes']) whole(adapter[name], `${file}.adapter.${name}`)
  const calibration = record(run.calibration, `${file}.calibration`)
  const evaluation = record(run.evaluation, `${file}.evaluation`)
  for (const [name, fields] of Object.entries({ calibration, evaluation })) {
    text(fields.text, `${file}.${name}.text`)
    whole(fields.windows, `${file}.${name}.windows`)
  }
  whole(calibration.tokens, `${file}.calibration.tokens`)
  type Started = RunEvent & { event: 'started' }
  return {
    event: 'started',
    plan,
    layers,
    cached: flag(run.cached, `${file}.cached`),
    model: model as unknown as Started['model'],
    adapter: adapter as unknown as Started['adapter'],
    calibration: calibration as unknown as Started['calibration'],
    evaluation: evaluation as unknown as Started['evaluation'],
    ...(run.bare !== undefined && {
      bare: { withInputs: whole(record(run.bare, `${file}.bare`).withInputs, `${file}.bare.withInputs`) },
    }),
  }
}

/** One Hessian per input, and the health of each layer's. */
function* hessians(details: readonly Fields[], layers: readonly LayerFacts[], file: string): Generator<RunEvent> {
  for (const [i, { tokens, few, identity, deadColumns, input, health }] of details.entries()) {
    const path = `${file}.details[${i}]`
    const { block, columns, layer } = layers[i]
    // The first layer that reads an input speaks for all that do.
    if (tokens !== undefined && input === layer)
      yield {
        event: 'hessian',
        block,
        layers: layers.filter((_, j) => details[j].input === layer).map((facts) => facts.layer),
        columns,
        tokens: whole(tokens, `${path}.tokens`),
        deadColumns: whole(deadColumns, `${path}.deadColumns`, 0, columns),
        few: flag(few, `${path}.few`),
        ...(identity === true && { identity }),
      }
    if (health === undefined) continue
    const fields = record(health, `${path}.health`)
    const value = (name: string) => number(fields[name], `${path}.health.${name}`)
    yield {
      event: 'health',
      block,
      layers: [layer],
      columns: value('columns'),
      tokensPerColumn: value('tokensPerColumn'),
      eigenvalues: numbers(fields.eigenvalues, `${path}.health.eigenvalues`),
      smallest: value('smallest'),
      meanDiagonal: value('meanDiagonal'),
      deadColumns: value('deadColumns'),
      damping: numbers(fields.damping, `${path}.health.damping`),
      condition: loss(fields.condition, `${path}.health.condition`),
    }
  }
}

const numbers = (value: unknown, path: string) => {
  const values = list(value, path, 100).map((item, i) => number(item, `${path}[${i}]`))
  if (!values.length) throw new InputError(`${path} is empty`)
  return values
}

/** [moves, objective, moves, objective, …] */
function pointsOf(value: unknown, path: string) {
  const flat = value === undefined ? [] : list(value, path, 2 * MOST_POINTS)
  if (flat.length % 2) throw new InputError(`${path} has ${flat.length} numbers, which make no pairs`)
  return Array.from({ length: flat.length / 2 }, (_, i) => ({
    moves: number(flat[2 * i], `${path}[${2 * i}]`, 0),
    objective: loss(flat[2 * i + 1], `${path}[${2 * i + 1}]`),
  }))
}

function perplexities(value: unknown, { recipes }: Plan, file: string): Record<string, Perplexity> {
  return Object.fromEntries(
    Object.entries(record(value, `${file}.perplexity`)).map(([model, given]) => {
      const path = `${file}.perplexity.${model}`
      if (model !== 'unquantized' && !recipes.includes(model))
        throw new InputError(`${path} is of a model that the run does not have`)
      const fields = record(given, path)
      for (const name of ['windows', 'window', 'targets']) whole(fields[name], `${path}.${name}`)
      // What else was measured: numbers, or a few of them together.
      for (const [name, value] of Object.entries(fields))
        if (typeof value === 'object')
          for (const [part, one] of Object.entries(record(value, `${path}.${name}`)))
            loss(one, `${path}.${name}.${part}`)
        else loss(value, `${path}.${name}`)
      const measured = {
        value: loss(fields.value, `${path}.value`),
        ...(fields.standardError !== undefined && {
          standardError: loss(fields.standardError, `${path}.standardError`),
        }),
      }
      return [model, { ...(fields as unknown as Perplexity), ...measured }]
    }),
  )
}
