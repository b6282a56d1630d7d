// The forward pass of a design in float64, one window at a time, as the formulas read: the oracle of the GPU's.
import { reference as activate } from '../kernels/activation.ts'
import { reference as attention } from '../kernels/attention.ts'
import { reference as layernorm } from '../kernels/layernorm.ts'
import { reference as matmul } from '../kernels/matmul.ts'
import { reference as rmsnorm } from '../kernels/rmsnorm.ts'
import { reference as rope } from '../kernels/rope.ts'
import { reference as softCap } from '../kernels/soft-cap.ts'
import type { BlockDesign, Design, Linear, Norm, Part } from './design.ts'
import { frequenciesOf } from './rotary.ts'

export interface ReferencePass {
  /** Inputs of the layers, [block][group], each [tokens, columns]. */
  inputs: Float64Array[][]
  /** Hidden states after the embedding and after every block, [tokens, hidden]. */
  states: Float64Array[]
  /** [tokens, vocabulary] */
  logits: Float64Array
}

/** `tensor` gives the numbers of a tensor by its name in the checkpoint. */
type Tensors = (name: string) => ArrayLike<number>

const plus = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i])

/** Everything that needs the weights, for a sequence of `tokens` tokens. */
function parts(tensor: Tensors, tokens: number) {
  const product = (x: ArrayLike<number>, weights: ArrayLike<number>, rows: number) =>
    matmul(x, weights, { tokens, rows, columns: x.length / tokens })
  const normed = (x: Float64Array, norm: Norm | undefined) => {
    if (!norm) return x
    const { kind, columns, epsilon, plusOne, bias } = norm
    const names = [norm.weight].flat()
    const weight = names.flatMap((name) => Array.from(tensor(name), (value) => (plusOne ? 1 + value : value)))
    if (kind === 'rms') return rmsnorm(x, weight, columns, epsilon)
    return layernorm(x, weight, bias === undefined ? undefined : tensor(bias), {
      columns,
      epsilon,
      period: names.length,
    })
  }
  /** x · Wᵀ + b of the whole layer, [tokens, rows]. */
  const whole = (x: Float64Array, { facts, bias, transposed }: Linear) => {
    const { layer, rows, columns } = facts
    const stored = tensor(`${layer}.weight`)
    const weights = transposed
      ? Float64Array.from(
          { length: rows * columns },
          (_, at) => stored[(at % columns) * rows + Math.floor(at / columns)],
        )
      : stored
    const y = product(x, weights, rows)
    return bias === undefined ? y : y.map((value, at) => value + tensor(bias)[at % rows])
  }
  /** The columns of it that a part wants. */
  const part = (x: Float64Array, { linear, ranges }: Part) => {
    const all = whole(x, linear)
    const { rows } = linear.facts
    const wanted = ranges.flatMap(({ first, rows: count }) => Array.from({ length: count }, (_, i) => first + i))
    return Float64Array.from(
      { length: tokens * wanted.length },
      (_, at) => all[Math.floor(at / wanted.length) * rows + wanted[at % wanted.length]],
    )
  }
  return { product, normed, whole, part }
}

/** [tokens, hidden] */
function embed({ hidden, embedding }: Design, tensor: Tensors, ids: ArrayLike<number>): Float64Array {
  const { columns, scale = 1, positions, norm, projection } = embedding
  const tokens = ids.length
  const { product, normed } = parts(tensor, tokens)
  const table = tensor(embedding.table)
  let x: Float64Array = Float64Array.from(
    { length: tokens * columns },
    (_, at) => scale * table[ids[Math.floor(at / columns)] * columns + (at % columns)],
  )
  if (projection) x = product(x, tensor(projection), hidden)
  if (positions) {
    const learned = tensor(positions.table)
    x = x.map((value, at) => value + learned[positions.offset * hidden + at])
  }
  return normed(x, norm)
}

function blockPass(design: BlockDesign, x: Float64Array, tensor: Tensors, tokens: number) {
  const { attention: a, feedForward: f, parallel, residualAfterNorm } = design
  const { heads, kvHeads, width, rotary } = a
  const { normed, whole, part } = parts(tensor, tokens)
  const turned = (y: Float64Array, count: number) => {
    if (!rotary) return y
    const { frequencies, factor } = frequenciesOf(rotary, tokens)
    return rope(y, { heads: count, half: rotary.width / 2, width, window: tokens }, frequencies, factor)
  }
  const attending = normed(x, a.before)
  const q = turned(normed(part(attending, a.q), a.qNorm), heads)
  const k = turned(normed(part(attending, a.k), a.kNorm), kvHeads)
  const v = part(attending, a.v)
  const options = { scale: a.scale, cap: a.cap, sliding: a.sliding, sloped: a.sloped }
  const mixed = attention(q, k, v, { tokens, window: tokens, heads, kvHeads, width, ...options })
  const attended = normed(whole(mixed, a.out), a.after)
  const middle = normed(plus(residualAfterNorm ? attending : x, attended), a.sum)
  const feeding = parallel ? (f.before ? normed(x, f.before) : attending) : normed(middle, f.before)
  const rising = part(feeding, f.up)
  const fed = f.gate ? activate(f.activation, part(feeding, f.gate), rising) : activate(f.activation, rising)
  const given = normed(whole(fed, f.down), f.after)
  const shared = parallel && !f.before
  return {
    inputs: shared ? [attending, mixed, fed] : [attending, mixed, feeding, fed],
    x: normed(plus(residualAfterNorm ? feeding : middle, given), f.sum),
  }
}

export function referenceForward(design: Design, tensor: Tensors, ids: ArrayLike<number>): ReferencePass {
  const tokens = ids.length
  let x: Float64Array = embed(design, tensor, ids)
  const states = [x]
  const inputs: Float64Array[][] = []
  for (const block of design.blocks) {
    const pass = blockPass(block, x, tensor, tokens)
    inputs.push(pass.inputs)
    states.push((x = pass.x))
  }
  const { final, head, vocabulary } = design
  const { product, normed } = parts(tensor, tokens)
  x = normed(x, final.norm)
  if (final.projection) x = product(x, tensor(final.projection), head.columns)
  let logits = product(x, tensor(head.table), vocabulary)
  const { bias, cap } = head
  if (bias !== undefined) logits = logits.map((value, at) => value + tensor(bias)[at % vocabulary])
  return { inputs, states, logits: cap === undefined ? logits : softCap(logits, cap) }
}
