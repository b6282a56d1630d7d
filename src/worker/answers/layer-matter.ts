// What the answers of the room Layer share: the weights of the layers looked at last, their Hessians, what recipes made
// of them, and replays. One per opened model; bounded in bytes.
import { InputError } from '../../formats/errors.ts'
import { packedWords } from '../../kernels/pack-codes.ts'
import type { LayerFacts } from '../../model/facts.ts'
import type { KeptHessian } from '../../pipeline/hessian-cache.ts'
import type { Replay } from '../../pipeline/replay.ts'
import type { Solution } from '../../quantize/solution.ts'
import { Triangle } from '../../quantize/triangle.ts'
import type { Desk } from '../asking.ts'
import type { LayerAsked } from '../layer-questions.ts'

/** Of weights, and of replays. */
const KEPT_BYTES = 2 ** 28

/** Columns up to which H = I is written out. */
const MOST_IDENTITY = 4096

/** Rows of ŵ, and of codes where they are the layer's own. */
export interface Quantized {
  /** Undefined where codes live in another basis. */
  code?(row: number, column: number): number
  value(row: number, column: number): number
}

interface Matter {
  weights: Map<string, Float32Array>
  /** By solution: another run makes others. */
  replays: Map<Solution, Replay>
}

const matters = new WeakMap<object, Matter>()

function matterOf({ opened }: Desk): Matter {
  let matter = matters.get(opened)
  if (!matter) matters.set(opened, (matter = { weights: new Map(), replays: new Map() }))
  return matter
}

/** Keeps the newest of a map within the bytes. */
function keep<K, V>(map: Map<K, V>, key: K, value: V, bytes: (value: V) => number): V {
  map.delete(key)
  map.set(key, value)
  let sum = [...map.values()].reduce((total, one) => total + bytes(one), 0)
  for (const [old, one] of map) {
    if (sum <= KEPT_BYTES || old === key) break
    map.delete(old)
    sum -= bytes(one)
  }
  return value
}

/** @throws InputError when the model has no such layer. */
export function factsOf({ opened }: Desk, layer: string): LayerFacts {
  const facts = opened.layers.find((one) => one.layer === layer)
  if (!facts) throw new InputError(`${opened.name} has no layer '${layer}'`)
  return facts
}

/** W f32 [rows, columns] */
export async function weightsOf(desk: Desk, layer: string): Promise<Float32Array> {
  const { weights } = matterOf(desk)
  const known = weights.get(layer) ?? (await desk.opened.weights(factsOf(desk, layer)))
  return keep(weights, layer, known, ({ byteLength }) => byteLength)
}

/** The Hessian that every recipe of the newest run had for a layer, or why there is none. */
export function hessianOf(desk: Desk, layer: string): KeptHessian | string {
  const { run, cache, opened } = desk
  if ('bare' in opened) {
    const { columns, inputs } = opened.bare.layer(layer)
    if (!inputs)
      return columns <= MOST_IDENTITY ? identityOf(desk, layer) : 'Its Hessian is H = I: no inputs are given.'
  }
  if (!run) return 'No run has measured its inputs yet.'
  if (run.plan.mode === 'faithful') return 'In faithful mode every recipe has Hessians of its own, and none are kept.'
  return cache.of(layer) ?? 'Its Hessian is not there: the run has not come so far, or they are too many to keep.'
}

/** H = I of a matrix without inputs. */
function identityOf(desk: Desk, layer: string): KeptHessian {
  const facts = factsOf(desk, layer)
  const { columns } = facts
  const upper = new Triangle(columns)
  for (const row of upper.rows) row[0] = 1
  return { layers: [facts], columns, tokens: 0, upper, heldOut: undefined, known: undefined }
}

/** Undefined where the newest run's recipe has not solved the layer. */
export function solutionOf({ run }: Desk, { layer, recipe }: LayerAsked): Solution | undefined {
  return recipe === undefined ? undefined : run?.solutions.get(recipe, layer)
}

export function replayOf(desk: Desk, asked: LayerAsked): Replay | undefined {
  const solution = solutionOf(desk, asked)
  return solution && matterOf(desk).replays.get(solution)
}

export function keepReplay(desk: Desk, solution: Solution, replay: Replay): void {
  keep(matterOf(desk).replays, solution, replay, ({ history }) => history.bytes)
}

/** @throws InputError when the moment is no longer kept. */
export function quantizedOf(desk: Desk, asked: LayerAsked): Quantized | undefined {
  const solution = solutionOf(desk, asked)
  if (!solution) return undefined
  const { restored, columns, codes, levels } = solution
  if (restored) {
    const width = restored.length / factsOf(desk, asked.layer).rows
    return { value: (row, j) => restored[row * width + j] }
  }
  const { width, groups, bits } = levels
  const quantized = (code: (row: number, j: number) => number, scales: Float32Array, zeros: Float32Array) => ({
    code,
    value(row: number, j: number) {
      const at = row * groups + Math.floor(j / width)
      return scales[at] * (code(row, j) - zeros[at])
    },
  })
  if (asked.moment !== undefined) {
    const replay = replayOf(desk, asked)
    if (!replay) throw new InputError(`the moments of ${asked.recipe} in ${asked.layer} are no longer kept`)
    const state = replay.history.state(asked.moment)
    return quantized((row, j) => state.codes[row * columns + j], state.levels.scales, state.levels.zeros)
  }
  const words = packedWords(columns, bits)
  const top = 2 ** bits - 1
  const packed = (row: number, j: number) => {
    const word = row * words + ((j * bits) >>> 5)
    const shift = (j * bits) & 31
    const low = codes[word] >>> shift
    return (shift + bits > 32 ? low | (codes[word + 1] << (32 - shift)) : low) & top
  }
  return quantized(packed, levels.scales, levels.zeros)
}
