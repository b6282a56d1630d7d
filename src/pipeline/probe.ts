// What a device can do, measured in about two seconds: the kernels that carry a run, at this model's shapes as far as
// they fit into a submit, reading a layer's weights, and the plan's recipes on two small seeded layers. Estimates
// (estimate.ts) follow from these rates and from the plan's work (work.ts).
import type { Gpu } from '../gpu/gpu.ts'
import { rowsOfPart } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import { measureMs } from '../gpu/timing.ts'
import { attention, attentionScratchBytes } from '../kernels/attention.ts'
import { gram } from '../kernels/gram.ts'
import { matmul } from '../kernels/matmul.ts'
import { scaledSum } from '../kernels/scaled-sum.ts'
import { random } from '../math/random.ts'
import type { Model } from '../model/model.ts'
import { attentionSize } from '../model/workspace.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { LayerSolver } from '../quantize/solve.ts'
import { solverOptions, type Plan } from './plan.ts'
import { seededHessian } from './seeded-hessian.ts'

/** ms = fixed + perUnit · units. */
export interface Line {
  fixedMs: number
  perUnitMs: number
}

/** Times in ms per multiply-add, where not said otherwise. */
export interface DeviceRates {
  product: number
  gram: number
  attention: number
  /** Per number that a norm, an activation or a sum touches. */
  element: number
  /** Per weight read and brought to the device. */
  weight: number
  /** Per wait for the device. */
  wait: number
}

export interface SolveRates {
  /** What the layers that share an input pay once: factors and health, by columns³. */
  hessian: Line
  /** All recipes of the plan on one layer, by rows · columns². */
  layer: Line
}

export interface Probing {
  gpu: Gpu
  /** Milliseconds from any beginning. */
  now(): number
  /** False once nobody waits for the result. */
  wanted(): boolean
}

/** Columns and tokens of a sample, at most. */
const MOST = 2048
/** Tokens of the window whose attention is timed, at most. */
const WINDOW = 256
/** Most weights that are read for the sake of time. */
const READ_WEIGHTS = 1 << 20

/** Layers and how they are read; their sizes decide the samples. */
export type Probed = Pick<Model, 'layers' | 'weights'>

const timed = (gpu: Gpu, record: (batch: ReturnType<Gpu['batch']>) => void) =>
  measureMs(gpu, record, { repeats: 3, enoughMs: 60 })

/** As many tokens as half a submit takes, so that a sample is neither cut nor lost in what a submit costs. */
const fitting = ({ workPerSubmit }: Gpu, work: number) =>
  Math.min(MOST, Math.max(32, 32 * Math.floor(workPerSubmit / 2 / work / 32)))

/** What layers ask for whether there is a model or only matrices. Undefined when it was not wanted to the end. */
export async function probeLayers({ gpu, now, wanted }: Probing, { layers, weights }: Probed) {
  const widest = Math.max(...layers.map(({ columns }) => columns))
  using scope = new Scope(gpu)
  const columns = Math.min(MOST, Math.max(widest, 4))
  const tokens = fitting(gpu, columns ** 2 / 2)
  const x = scope.upload('x', new Float32Array(tokens * columns).fill(0.5))
  const matrix = scope.buffer('matrix', 4 * columns ** 2)
  const grams =
    (await timed(gpu, (batch) => gram(batch, { x, matrix }, { tokens, columns, before: 0 }))) /
    ((tokens * columns ** 2) / 2)
  if (!wanted()) return undefined
  let began = now()
  const WAITS = 4
  for (let i = 0; i < WAITS; i++) await gpu.batch('wait').clear(matrix).submit()
  const wait = (now() - began) / WAITS
  const layer = layers.reduce((best, one) => {
    const [own, other] = [one, best].map(({ rows, columns }) => rows * columns)
    return own <= READ_WEIGHTS ? (other > READ_WEIGHTS || own > other ? one : best) : own < other ? one : best
  })
  began = now()
  const rows = Math.min(layer.rows, rowsOfPart(layer.columns))
  scope.upload('read', await weights(layer, 0, rows))
  await gpu.idle()
  return { gram: grams, wait, weight: (now() - began) / (rows * layer.columns) }
}

/** Undefined when it was not wanted to the end. */
export async function probeDevice(given: Probing, model: Model): Promise<DeviceRates | undefined> {
  const { gpu, wanted } = given
  const ofLayers = await probeLayers(given, model)
  if (!ofLayers || !wanted()) return undefined
  const largest = model.layers.reduce((most, one) => (one.rows * one.columns > most.rows * most.columns ? one : most))
  using scope = new Scope(gpu)
  const size = { rows: Math.min(MOST, largest.rows), columns: Math.min(MOST, largest.columns) }
  const tokens = fitting(gpu, size.rows * size.columns)
  const x = scope.upload('x', new Float32Array(tokens * size.columns).fill(0.5))
  const weights = scope.upload('weights', new Float32Array(size.rows * size.columns).fill(0.5))
  const y = scope.buffer('y', 4 * tokens * size.rows)
  const sums = scope.buffer('sums', y.bytes)
  const product =
    (await timed(gpu, (batch) => matmul(batch, { x, weights, y }, { tokens, ...size }))) /
    (tokens * size.rows * size.columns)
  if (!wanted()) return undefined
  // In the model's own heads: what a pair of tokens costs depends on their width.
  const window = Math.min(WINDOW, model.facts.context)
  const own = attentionSize(model.design.blocks[0].attention, window, window)
  const [q, k, v, mixed] = [own.heads, own.kvHeads, own.kvHeads, own.heads].map((heads, i) =>
    scope.upload('qkvy'[i], new Float32Array(window * heads * own.width).fill(0.5)),
  )
  const scratch = scope.buffer('scores', attentionScratchBytes(gpu, own))
  const attended = await timed(gpu, (batch) => attention(batch, { q, k, v, y: mixed, scratch }, own))
  const pairs = window * window * own.heads * own.width
  if (!wanted()) return undefined
  const elements = Math.min(tokens * size.rows, 1 << 18)
  const sum = { left: y, right: y, result: sums }
  const summed = await timed(gpu, (batch) => scaledSum(batch, sum, { elements, factor: 1 }))
  return { ...ofLayers, product, attention: attended / pairs, element: summed / elements }
}

/** The two layers that recipes are timed on: side by side as large as half a second of a device allows. */
const sidesOf = ({ adapter }: Gpu): [number, number] => (adapter.software ? [128, 256] : [256, 1024])

/** Under this text the rates of a plan's recipes can be kept. */
export const solveKey = (plan: Plan): string => JSON.stringify([plan.recipes, solverOptions(plan)])

/** Undefined when it was not wanted to the end. @throws InputError when a recipe cannot solve. */
export async function probeSolving(given: Probing, plan: Plan): Promise<SolveRates | undefined> {
  const { gpu, wanted } = given
  const [small, large] = sidesOf(gpu)
  // Compiles what the recipes need.
  if (!(await timesAt(given, plan, small))) return undefined
  const first = await timesAt(given, plan, small)
  if (!first || !wanted()) return undefined
  const second = await timesAt(given, plan, large)
  if (!second) return undefined
  const line = (of: 'hessianMs' | 'layerMs'): Line => {
    const perUnitMs = Math.max(0, second[of] - first[of]) / (large ** 3 - small ** 3)
    return { fixedMs: Math.max(0, first[of] - perUnitMs * small ** 3), perUnitMs }
  }
  return { hessian: line('hessianMs'), layer: line('layerMs') }
}

/** Two layers of one input, one after the other: what the second takes is the layer's, the rest the Hessian's. */
async function timesAt(
  { gpu, now, wanted }: Probing,
  plan: Plan,
  side: number,
): Promise<{ hessianMs: number; layerMs: number } | undefined> {
  using scope = new Scope(gpu)
  const hessian = scope.own(await seededHessian(gpu, side, 2 * side))
  const source = random(1)
  const weights = scope.upload(
    'weights',
    Float32Array.from({ length: side * side }, () => source.normal()),
  )
  const problem = { rows: side, columns: side, weights, hessian }
  const options = solverOptions({ ...plan, group: Math.min(plan.group, side) })
  const pass = async () => {
    const began = now()
    using solver = new LayerSolver(gpu, problem, options)
    for (const recipe of plan.recipes) {
      for await (const progress of solver.solve(recipeNamed(recipe))) {
        void progress
        if (!wanted()) return undefined
      }
      if (!wanted()) return undefined
    }
    return now() - began
  }
  const both = await pass()
  const layerMs = both === undefined ? undefined : await pass()
  if (both === undefined || layerMs === undefined) return undefined
  const began = now()
  await hessian.health(plan.damp)
  return { layerMs, hessianMs: Math.max(0, both - layerMs) + (now() - began) }
}
