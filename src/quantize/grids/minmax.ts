// Min-max grid: per row and group, the levels span the weights and 0 (`find_params` of IST-DASLab/gptq, quant.py).
// asymmetric: scale = (high − low) / (2^bits − 1), zero = round(−low / scale); symmetric: the range is ±max |w|, zero =
// 2^(bits − 1).
import type { Gpu } from '../../gpu/gpu.ts'
import { Scope } from '../../gpu/scope.ts'
import { minmax as kernel, reference } from '../../kernels/minmax.ts'
import { groupsOf, type GridSettings, type Levels, type Problem } from '../problem.ts'
import type { Grid } from '../stage.ts'

export const minmax: Grid<Record<never, never>> = {
  name: 'minmax',
  title: 'Min-max',
  summary: 'The levels span the smallest and the largest weight of every row or group.',
  formula: 'lo = min(0, min w), hi = max(0, max w); scale = (hi − lo) / (2^bits − 1), zero = round(−lo / scale)',
  source: { text: 'Frantar et al. 2022, quant.py of IST-DASLab/gptq', url: 'https://arxiv.org/abs/2210.17323' },
  options: {},
  reference({ rows, columns, weights }, settings) {
    const shape = { rows, columns, ...settings, ...groupsOf(columns, settings.group) }
    return { ...settings, ...groupsOf(columns, settings.group), ...reference(weights, shape), zeroType: 'integer' }
  },
  run: (gpu, problem, settings) => Promise.resolve(minmaxLevels(gpu, problem, settings, settings.scaleType)),
}

/** Levels whose scales are kept as float32 or rounded to float16; the caller owns them. */
export function minmaxLevels(gpu: Gpu, problem: Problem, settings: GridSettings, scaleType: 'f16' | 'f32'): Levels {
  const { rows, columns, weights } = problem
  const { width, groups } = groupsOf(columns, settings.group)
  const scope = new Scope(gpu)
  const scales = scope.buffer('scales', 4 * rows * groups)
  const zeros = scope.buffer('zeros', 4 * rows * groups)
  const batch = gpu.batch('minmax')
  kernel(batch, { weights, scales, zeros }, { rows, columns, width, groups, ...settings, scaleType })
  batch.flush()
  return {
    ...settings,
    width,
    groups,
    scales,
    zeros,
    zeroType: 'integer',
    [Symbol.dispose]: () => scope[Symbol.dispose](),
  }
}
