// Clipped grid: per row and group, the min-max range times the factor out of 1.00, 0.98, … 0.30 whose nearest codes
// have the smallest error Σ_j H_jj (ŵ_j − w_j)²; the larger factor on ties, zero as min-max. The diagonal of H as
// weight leaves the errors that rounding can cancel between columns to the steps that follow. (The clip search of AWQ
// and GPTQ's `mse`, weighted by the inputs' power.)
import { Scope } from '../../gpu/scope.ts'
import { clip as pick, reference as pickReference } from '../../kernels/clip.ts'
import { clipErrors, FACTORS, reference as errorsReference } from '../../kernels/clip-errors.ts'
import type { Grid } from '../stage.ts'
import { minmax, minmaxLevels } from './minmax.ts'

export const clip: Grid<Record<never, never>> = {
  name: 'clip',
  title: 'Clip search',
  summary: 'Shrinks the min-max range of every row or group to the factor with the smallest error weighted by diag H.',
  formula: 'γ* = argmin over γ of Σ_j H_jj (ŵ_j(γ) − w_j)², the range of min-max times γ',
  source: { text: 'Lin et al. 2023 (AWQ), section 4, with diag H as weight', url: 'https://arxiv.org/abs/2306.00978' },
  options: {},
  reference(problem, settings) {
    const { columns, hessian, rows, weights } = problem
    const full = minmax.reference(problem, { ...settings, scaleType: 'f32' }, {})
    const diagonal = Float64Array.from({ length: 2 * columns }, (_, at) => hessian[(at >> 1) * (columns + 1)])
    const shape = { ...full, ...settings, rows, columns }
    const errors = errorsReference(weights, diagonal, full.scales, full.zeros, shape)
    return { ...full, ...settings, scales: pickReference(errors, full.scales, settings.scaleType) }
  },
  run(gpu, problem, settings) {
    const { rows, columns, weights, hessian } = problem
    const { scaleType } = settings
    const levels = minmaxLevels(gpu, problem, settings, 'f32')
    const { scales, zeros, width, groups } = levels
    using scope = new Scope(gpu)
    const errors = scope.buffer('clip errors', 4 * rows * groups * FACTORS)
    const batch = gpu.batch('clip')
    clipErrors(
      batch,
      { weights, diagonal: hessian.diagonal, scales, zeros, errors },
      { rows, columns, width, groups, ...settings },
    )
    pick(batch, { errors, scales }, { levels: rows * groups, scaleType })
    batch.flush()
    return Promise.resolve(levels)
  },
}
