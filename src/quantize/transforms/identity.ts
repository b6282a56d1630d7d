// The layer's own basis: nothing changes.
import type { Transform } from '../stage.ts'
import { unmixed } from './passes.ts'

export const identity: Transform<Record<never, never>> = {
  name: 'none',
  title: 'None',
  summary: 'Quantizes the weights in the basis of the layer itself.',
  formula: 'W, H as they are',
  source: { text: 'No transform' },
  options: {},
  reference: (problem) => ({ problem, restore: (weights) => weights }),
  run: (_gpu, problem) => Promise.resolve({ problem, storedBits: 0, [Symbol.dispose]: () => undefined }),
  change(_gpu, parts) {
    const rows = parts.reduce((sum, part) => sum + part.rows, 0)
    const [{ columns }] = parts
    const scales = new Float64Array(columns).fill(1)
    return Promise.resolve({ left: unmixed(rows), right: unmixed(columns), scales, storedBits: 0 })
  },
}
