// Rotary position embedding, halves rotated, angle = position · theta^(−2i / headWidth) (Su et al. 2021, section 3.4.2).
// The angles' sines and cosines come from float64: WGSL promises none for large arguments.
import code from '../../shaders/rope.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'rope',
  code,
  bindings: { cosines: 'read', sines: 'read', x: 'read_write' },
  params: { tokens: 'u32', heads: 'u32', half: 'u32', window: 'u32', first: 'u32' },
})

/** Cosines and sines [window, headWidth / 2] of every position's angles. */
export function ropeTable(
  window: number,
  headWidth: number,
  theta: number,
): { cosines: Float32Array; sines: Float32Array } {
  const half = headWidth / 2
  const angles = Float64Array.from(
    { length: window * half },
    (_, at) => Math.floor(at / half) * theta ** (-(at % half) / half),
  )
  return { cosines: Float32Array.from(angles, Math.cos), sines: Float32Array.from(angles, Math.sin) }
}

/** Records the rotation of x [tokens, heads, 2 · half] in place; cosines, sines [window, half]. `first`: position of the first token. */
export function rope(
  batch: Batch,
  bindings: { cosines: Binding; sines: Binding; x: Binding },
  { first = 0, ...size }: { tokens: number; heads: number; half: number; window: number; first?: number },
): void {
  const pairs = size.tokens * size.heads * size.half
  batch.run(kernel, {
    bindings,
    params: { ...size, first },
    workgroups: spread(Math.ceil(pairs / 64)),
    work: 10 * pairs,
  })
}

/** The same in float64, from the angles themselves. */
export function reference(
  x: ArrayLike<number>,
  {
    heads,
    half,
    window,
    theta,
    first = 0,
  }: { heads: number; half: number; window: number; theta: number; first?: number },
): Float64Array {
  const y = new Float64Array(x.length)
  const width = heads * 2 * half
  for (let token = 0; token * width < x.length; token++)
    for (let head = 0; head < heads; head++)
      for (let i = 0; i < half; i++) {
        const angle = ((first + token) % window) / theta ** ((2 * i) / (2 * half))
        const at = token * width + head * 2 * half + i
        y[at] = x[at] * Math.cos(angle) - x[at + half] * Math.sin(angle)
        y[at + half] = x[at + half] * Math.cos(angle) + x[at] * Math.sin(angle)
      }
  return y
}
