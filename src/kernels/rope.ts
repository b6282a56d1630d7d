// Rotary position embedding, halves rotated, angle = position · frequency of the pair (Su et al. 2021, section 3.4.2)
// The angles' sines and cosines come from float64: WGSL promises none for large arguments.
import code from '../../shaders/rope.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'rope',
  code,
  bindings: { cosines: 'read', sines: 'read', x: 'read_write' },
  params: { tokens: 'u32', heads: 'u32', half: 'u32', width: 'u32', window: 'u32', first: 'u32' },
})

/** Cosines and sines [window, frequencies.length] of every position's angles, both times `factor`. */
export function ropeTable(
  window: number,
  frequencies: ArrayLike<number>,
  factor = 1,
): { cosines: Float32Array; sines: Float32Array } {
  const half = frequencies.length
  const angles = Float64Array.from({ length: window * half }, (_, at) => Math.floor(at / half) * frequencies[at % half])
  return {
    cosines: Float32Array.from(angles, (angle) => factor * Math.cos(angle)),
    sines: Float32Array.from(angles, (angle) => factor * Math.sin(angle)),
  }
}

export interface RopeSize {
  tokens: number
  heads: number
  /** Pairs of numbers of a head that turn: numbers i and half + i. */
  half: number
  /** Numbers of a head; 2 · half without it. */
  width?: number
  window: number
  /** Position of the first token. */
  first?: number
}

/** Records the rotation of x [tokens, heads, width] in place; cosines, sines [window, half]. */
export function rope(
  batch: Batch,
  bindings: { cosines: Binding; sines: Binding; x: Binding },
  { first = 0, width, ...size }: RopeSize,
): void {
  const pairs = size.tokens * size.heads * size.half
  batch.run(kernel, {
    bindings,
    params: { ...size, width: width ?? 2 * size.half, first },
    workgroups: spread(Math.ceil(pairs / 64)),
    work: 10 * pairs,
  })
}

/** The same in float64, from the angles themselves. */
export function reference(
  x: ArrayLike<number>,
  { heads, half, width = 2 * half, window, first = 0 }: Omit<RopeSize, 'tokens'>,
  frequencies: ArrayLike<number>,
  factor = 1,
): Float64Array {
  const y = Float64Array.from(x)
  for (let token = 0; token * heads * width < x.length; token++)
    for (let head = 0; head < heads; head++)
      for (let i = 0; i < half; i++) {
        const angle = ((first + token) % window) * frequencies[i]
        const at = (token * heads + head) * width + i
        y[at] = factor * (x[at] * Math.cos(angle) - x[at + half] * Math.sin(angle))
        y[at + half] = factor * (x[at + half] * Math.cos(angle) + x[at] * Math.sin(angle))
      }
  return y
}
