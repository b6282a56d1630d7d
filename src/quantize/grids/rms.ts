// The grid of QuIP (Chee et al. 2023; quant.py `quantize_qfnb` of Cornell-RelaxML/QuIP): 2^bits levels evenly from
// −ρ · rms(W) to ρ · rms(W), ŵ = (2 ρ rms / top) (code − top / 2), top = 2^bits − 1. The zero lies between two codes
// and is known, not stored. One scale for the layer, as rotated weights are alike everywhere, or one per row or group.
// QuIP's ρ = 2.4 suits 3 to 4 bits; `fit` chooses it by the bits.
// A plan's choice of symmetric or asymmetric changes nothing.
import { choice, real } from '../options.ts'
import { TENSOR, type GridSettings } from '../problem.ts'
import type { Grid } from '../stage.ts'
import { deviationLevels, fit, outermost, referenceDeviation } from './deviation.ts'
import type { LevelKind } from './levels.ts'

const rho = real(2.4, 0.1, 10, 'Outermost level, in root mean squares')
const per = choice('layer', ['layer', 'group'], "One scale per layer, or per group of the plan's size")

/** Levels of the layer whatever groups the plan asks for. */
function kindOf(settings: GridSettings, per: 'layer' | 'group'): LevelKind {
  return { ...settings, group: per === 'layer' ? TENSOR : settings.group, symmetric: true, zero: 'half' }
}

export const rms: Grid<{ rho: typeof rho; fit: typeof fit; per: typeof per }> = {
  name: 'rms',
  title: 'Root mean square',
  summary: 'Levels evenly from −ρ to ρ times the root mean square of all weights of the layer, none at 0.',
  formula: 'scale = 2 ρ rms(W) / (2^bits − 1), zero = (2^bits − 1) / 2',
  source: { text: 'Chee et al. 2023 (QuIP), section 4 and quant.py', url: 'https://arxiv.org/abs/2307.13304' },
  options: { rho, fit, per },
  reference: (problem, settings, { rho, fit, per }) =>
    referenceDeviation(problem, kindOf(settings, per), {
      factor: outermost(rho, fit, settings.bits),
      about: 'zero',
    }),
  run: (gpu, problem, settings, { rho, fit, per }) =>
    deviationLevels(gpu, problem, kindOf(settings, per), {
      factor: outermost(rho, fit, settings.bits),
      about: 'zero',
    }),
}
