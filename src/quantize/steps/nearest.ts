// Round to nearest: code = clamp(round(w / scale) + zero), the quotient in float32, half to even. Looks at no other
// weight and no input.
import { nearest as kernel, reference } from '../../kernels/nearest.ts'
import type { Step } from '../stage.ts'

export const nearest: Step<Record<never, never>> = {
  name: 'nearest',
  title: 'Nearest',
  summary: 'Gives every weight its nearest level.',
  formula: 'ŵ_j = the level nearest to w_j',
  source: { text: 'Rounding to nearest, the base line' },
  refines: false,
  descends: false,
  ignoresShift: true,
  options: {},
  reference: ({ rows, columns, weights }, levels) => ({
    codes: reference(weights, levels.scales, levels.zeros, { rows, columns, ...levels }),
    moves: 0,
  }),
  async *run({
    gpu,
    problem: { rows, columns, weights },
    levels: { width, groups, bits, scales, zeros },
    codes,
    measure,
  }) {
    const batch = gpu.batch('nearest')
    kernel(batch, { weights, scales, zeros, codes }, { rows, columns, width, groups, bits })
    batch.flush()
    measure.changed()
    return { moves: 0 }
  },
}
