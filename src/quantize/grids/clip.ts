// Clipped grids: per row, group or layer, the min-max range times the factor out of 1.00, 0.98, … 0.30 whose nearest
// codes have the smallest error; the larger factor on ties, zero as min-max. What counts as the error:
//   clip        Σ_j H_jj (ŵ_j − w_j)², the inputs' power as weight; errors that rounding can cancel between columns
//               are left to the steps that follow
//   clip-plain  Σ_j (ŵ_j − w_j)², no inputs needed (GPTQ's `mse` with exponent 2)
//   clip-block  Σ_b e_b H_bb e_bᵀ over blocks b of columns: with groups every group is one block; where a row or the
//               layer is one group, blocks of 64 columns (option `block`) counted from the first
// (The clip search of AWQ, section 4 and auto_clip.py, with other weights.)
import { clipErrors } from '../../kernels/clip-errors.ts'
import { integer } from '../options.ts'
import type { Grid } from '../stage.ts'
import { recordBlockErrors } from './block-errors.ts'
import { lowest, ReferenceSearch, searched } from './clip-search.ts'

const awq = 'https://arxiv.org/abs/2306.00978'

export const clip: Grid<{ lowest: typeof lowest }> = {
  name: 'clip',
  title: 'Clip search',
  summary: 'Shrinks the min-max range of every row or group to the factor with the smallest error weighted by diag H.',
  formula: 'γ* = argmin over γ of Σ_j H_jj (ŵ_j(γ) − w_j)², the range of min-max times γ',
  source: { text: 'Lin et al. 2023 (AWQ), section 4, with diag H as weight', url: awq },
  options: { lowest },
  reference(problem, settings, { lowest }) {
    const search = new ReferenceSearch(problem, settings, lowest)
    const { columns, hessian } = problem
    return search.best((residual, g) =>
      residual.reduce((sum, e, j) => sum + hessian[(g * search.full.width + j) * (columns + 1)] * e * e, 0),
    )
  },
  run: (gpu, problem, settings, { lowest }) =>
    searched(gpu, problem, settings, lowest, (batch, { shape, levels: { scales, zeros }, factors, errors }) => {
      const { weights, hessian } = problem
      clipErrors(batch, { weights, diagonal: hessian.diagonal, scales, zeros, factors, errors }, shape)
    }),
}

export const clipPlain: Grid<{ lowest: typeof lowest }> = {
  name: 'clip-plain',
  title: 'Clip search, plain',
  summary: 'Shrinks the min-max range of every row or group to the factor with the smallest squared error of weights.',
  formula: 'γ* = argmin over γ of Σ_j (ŵ_j(γ) − w_j)², the range of min-max times γ',
  source: { text: 'Frantar et al. 2022, option mse of quant.py', url: 'https://arxiv.org/abs/2210.17323' },
  options: { lowest },
  reference: (problem, settings, { lowest }) =>
    new ReferenceSearch(problem, settings, lowest).best((residual) => residual.reduce((sum, e) => sum + e * e, 0)),
  run: (gpu, problem, settings, { lowest }) =>
    searched(gpu, problem, settings, lowest, (batch, { shape, levels: { scales, zeros }, factors, errors, scope }) => {
      const diagonal = scope.upload('ones', new Float32Array(2 * problem.columns).fill(1))
      clipErrors(batch, { weights: problem.weights, diagonal, scales, zeros, factors, errors }, shape)
    }),
}

const block = integer(64, 8, 512, 'Columns of a block where a row is one group')

export const clipBlock: Grid<{ lowest: typeof lowest; block: typeof block }> = {
  name: 'clip-block',
  title: 'Clip search, blocks of H',
  summary: 'Shrinks the min-max range of every row or group to the factor with the smallest loss in blocks of H.',
  formula: 'γ* = argmin over γ of Σ_b e_b(γ) H_bb e_b(γ)ᵀ, the range of min-max times γ',
  source: { text: 'Lin et al. 2023 (AWQ), section 4, with diagonal blocks of H', url: awq },
  options: { lowest, block },
  reference(problem, settings, { lowest, block }) {
    const search = new ReferenceSearch(problem, settings, lowest)
    const { columns, hessian } = problem
    const { width, groups } = search.full
    const size = groups > 1 ? width : block
    return search.best((residual, g) => {
      let sum = 0
      for (const [i, e] of residual.entries())
        for (const [j, other] of residual.entries())
          if (Math.floor(i / size) === Math.floor(j / size))
            sum += e * hessian[(g * width + i) * columns + g * width + j] * other
      return sum
    })
  },
  run: (gpu, problem, settings, { lowest, block }) =>
    searched(gpu, problem, settings, lowest, (batch, search) =>
      recordBlockErrors(batch, search, search.shape.groups > 1 ? search.shape.width : block),
    ),
}
