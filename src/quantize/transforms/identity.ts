// The layer's own basis: nothing changes.
import type { Transform } from '../stage.ts'

export const identity: Transform<Record<never, never>> = {
  name: 'identity',
  title: 'None',
  summary: 'Quantizes the weights in the basis of the layer itself.',
  options: {},
  reference: (problem) => ({ problem, restore: (weights) => weights }),
  run: (_gpu, problem) =>
    Promise.resolve({ problem, restore: () => Promise.resolve(), [Symbol.dispose]: () => undefined }),
}
