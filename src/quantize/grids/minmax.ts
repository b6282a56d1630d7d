// Min-max grid: per row, group or layer, the levels span the weights and 0 (`find_params` of IST-DASLab/gptq,
// quant.py). asymmetric: scale = (high − low) / (2^bits − 1), zero = round(−low / scale); symmetric: the range is
// ±max |w|, zero = 2^(bits − 1).
import type { Gpu } from '../../gpu/gpu.ts'
import { Scope } from '../../gpu/scope.ts'
import { range, reference } from '../../kernels/range.ts'
import type { GridSettings, Levels, Problem } from '../problem.ts'
import type { Grid } from '../stage.ts'
import { groupShape, levelsOfRanges, pooled, poolRows, referenceLevels } from './levels.ts'

const zeroOf = ({ symmetric }: GridSettings) => (symmetric ? 'middle' : 'inside')

export const minmax: Grid<Record<never, never>> = {
  name: 'minmax',
  title: 'Min-max',
  summary: 'The levels span the smallest and the largest weight of every row or group.',
  formula: 'lo = min(0, min w), hi = max(0, max w); scale = (hi − lo) / (2^bits − 1), zero = round(−lo / scale)',
  source: { text: 'Frantar et al. 2022, quant.py of IST-DASLab/gptq', url: 'https://arxiv.org/abs/2210.17323' },
  options: {},
  reference(problem, settings) {
    const shape = groupShape(problem, settings)
    const ranges = reference(problem.weights, shape)
    const all = pooled(ranges, { rows: shape.rows, width: 2 * shape.groups }, 'largest', settings)
    return referenceLevels(all, shape, { ...settings, zero: zeroOf(settings) })
  },
  run: (gpu, problem, settings) => minmaxLevels(gpu, problem, settings, settings.scaleType),
}

/** Levels whose scales are kept as float32 or rounded to float16; the caller owns them. */
export async function minmaxLevels(
  gpu: Gpu,
  problem: Problem,
  settings: GridSettings,
  scaleType: 'f16' | 'f32',
): Promise<Levels> {
  const shape = groupShape(problem, settings)
  const { rows, groups } = shape
  using scope = new Scope(gpu)
  const ranges = scope.buffer('ranges', 8 * rows * groups)
  const batch = gpu.batch('minmax')
  range(batch, { weights: problem.weights, ranges }, shape)
  await poolRows(batch, ranges, { ...problem, width: 2 * groups }, 'largest', settings)
  const levels = levelsOfRanges(gpu, batch, ranges, shape, { ...settings, scaleType, zero: zeroOf(settings) })
  batch.flush()
  return { ...levels, scaleType: settings.scaleType }
}
