// The grid of FrameQuant (Adepu et al. 2024; quant.py `find_params_FrameQuant` of vsingh-group/FrameQuant): the range of
// every row is mean ± 2σ, σ the deviation of a sample, and what lies outside is clipped. scale = 2 · 2σ / (2^bits − 1),
// zero = round((1 − mean / 2σ) (2^bits − 1) / 2).
// The range is widened to hold 0 where mean ± 2σ does not, so that zeros are codes; symmetric: ±(|mean| + 2σ), zero =
// 2^(bits − 1). The paper's 2σ is for 2 and 3 bits; `fit` chooses it by the bits.
import { real } from '../options.ts'
import type { GridSettings } from '../problem.ts'
import type { Grid } from '../stage.ts'
import { deviationLevels, fit, outermost, referenceDeviation } from './deviation.ts'
import type { LevelKind } from './levels.ts'

const sigmas = real(2, 0.1, 10, 'Outermost levels, in standard deviations from the mean')

const kindOf = (settings: GridSettings): LevelKind => ({ ...settings, zero: settings.symmetric ? 'middle' : 'inside' })

export const sigma: Grid<{ sigmas: typeof sigmas; fit: typeof fit }> = {
  name: 'sigma',
  title: 'Standard deviations',
  summary: 'The levels span the mean of every row or group and two standard deviations on both sides.',
  formula: 'lo, hi = mean ∓ 2σ; scale = (hi − lo) / (2^bits − 1), zero = round(−lo / scale)',
  source: { text: 'Adepu et al. 2024 (FrameQuant), section 3 and quant.py', url: 'https://arxiv.org/abs/2403.06082' },
  options: { sigmas, fit },
  reference: (problem, settings, { sigmas, fit }) =>
    referenceDeviation(problem, kindOf(settings), {
      factor: outermost(sigmas, fit, settings.bits),
      about: 'mean',
    }),
  run: (gpu, problem, settings, { sigmas, fit }) =>
    deviationLevels(gpu, problem, kindOf(settings), {
      factor: outermost(sigmas, fit, settings.bits),
      about: 'mean',
    }),
}
