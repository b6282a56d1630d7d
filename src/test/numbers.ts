// Seeded numbers for tests.
import { random } from '../math/random.ts'

/** Standard normal float32 numbers. */
export function gaussians(count: number, seed: number): Float32Array {
  const source = random(seed)
  return Float32Array.from({ length: count }, () => source.normal())
}
