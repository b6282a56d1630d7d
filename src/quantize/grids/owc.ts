// Optimal weight clipping (CDQuant, Nair & Suggala 2024): the min-max range times the factor out of 1.00, 0.98, … 0.30
// with the smallest loss e H eᵀ of the nearest codes, H in full; the larger factor on ties, zero as min-max.
// One group per row: every row by itself. One for the layer: the loss of all rows. With groups (OWC-CD): the factors of
// a row's groups are coupled through H, so coordinate descent over the groups, all rows in parallel: from factor 1.00,
// group after group takes the factor with the smallest e_k H_kk e_kᵀ + 2 e_k · Σ_(l ≠ k) e_l H_lk, strict improvements
// only, until a sweep changes nothing or the sweeps are used up. The quadratic parts are computed once for all sweeps.
import type { Batch } from '../../gpu/batch.ts'
import type { Gpu } from '../../gpu/gpu.ts'
import { RowTiles } from '../../gpu/row-tiles.ts'
import { clipResidual } from '../../kernels/clip-residual.ts'
import { hessianBlock } from '../../kernels/hessian-block.ts'
import { matmul } from '../../kernels/matmul.ts'
import { owcStep } from '../../kernels/owc-step.ts'
import { padded } from '../../kernels/rank-update.ts'
import { integer } from '../options.ts'
import type { ReferenceLevels } from '../problem.ts'
import type { Grid } from '../stage.ts'
import { recordBlockErrors } from './block-errors.ts'
import { lowest, ReferenceSearch, searched, type Search } from './clip-search.ts'

const sweeps = integer(6, 1, 100, 'Most sweeps over the groups of a row')

export const owc: Grid<{ lowest: typeof lowest; sweeps: typeof sweeps }> = {
  name: 'owc',
  title: 'Optimal clipping',
  summary: 'Shrinks the min-max range of every row or group to the factor with the smallest loss under the whole H.',
  formula: 'γ* = argmin over γ of e(γ) H e(γ)ᵀ; with groups by coordinate descent over the γ of a row',
  source: { text: 'Nair & Suggala 2024 (CDQuant), optimal weight clipping', url: 'https://arxiv.org/abs/2406.17542' },
  options: { lowest, sweeps },
  reference(problem, settings, { lowest, sweeps }) {
    const search = new ReferenceSearch(problem, settings, lowest)
    if (search.full.groups > 1) return descended(search, sweeps)
    const { columns, hessian } = problem
    return search.best((e) => {
      let loss = 0
      for (let i = 0; i < columns; i++) for (let j = 0; j < columns; j++) loss += e[i] * hessian[i * columns + j] * e[j]
      return loss
    })
  },
  run(gpu, problem, settings, { lowest, sweeps }) {
    return searched(
      gpu,
      problem,
      settings,
      lowest,
      (batch, search) => recordBlockErrors(batch, search, search.shape.width),
      problem.columns > settings.group && settings.group > 0
        ? (batch, search) => descend(gpu, batch, search, sweeps)
        : undefined,
    )
  },
}

/** Coordinate descent over the groups' factors; the quadratic parts are in `errors`. */
async function descend(gpu: Gpu, batch: Batch, search: Search, sweeps: number): Promise<void> {
  const { problem, shape, levels, factors, errors, choices, scope } = search
  const { rows, columns, width, groups } = shape
  const { weights, hessian } = problem
  const { scales, zeros } = levels
  const span = padded(columns)
  const residual = scope.buffer('residual', 4 * rows * span)
  const linear = scope.buffer('linear', 4 * rows * padded(width))
  const others = scope.own(RowTiles.create(gpu, 'hessian rows', padded(width), span))
  batch.clear(choices)
  const start = { ...shape, start: 0, end: columns, first: 0, count: 1, span }
  clipResidual(batch, { weights, scales, zeros, factors, residual }, start)
  let before = new Uint32Array(rows * groups)
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let group = 0; group < groups; group++) {
      const start = group * width
      const count = Math.min(width, columns - start)
      const height = padded(count)
      const part = { columns, start, count, first: 0, last: columns, height, span, hole: true }
      hessianBlock(batch, { matrix: hessian.matrix, block: others }, part)
      matmul(batch, { x: residual, weights: others, y: linear }, { tokens: rows, rows: height, columns: span })
      const buffers = { weights, scales, zeros, factors, errors, linear, residual, choices }
      owcStep(batch, buffers, { ...shape, group, height, span })
    }
    batch.flush()
    const now = await gpu.readU32(choices)
    if (now.every((choice, level) => choice === before[level])) return
    before = now as typeof before
  }
}

/** The same in float64: [rows], then [groups], then factors, every loss from scratch. */
function descended(search: ReferenceSearch, sweeps: number): ReferenceLevels {
  const { problem, full, factors } = search
  const { rows, columns, hessian } = problem
  const { width, groups } = full
  const choices = new Uint32Array(rows * groups)
  for (let row = 0; row < rows; row++) {
    const e = new Float64Array(columns)
    for (let g = 0; g < groups; g++) e.set(search.residual(row, g, 0), g * width)
    for (let sweep = 0, moved = true; moved && sweep < sweeps; sweep++) {
      moved = false
      for (let g = 0; g < groups; g++) {
        const losses = Array.from(factors, (_, k) => groupLoss(search.residual(row, g, k), e, g * width, hessian))
        const best = losses.indexOf(Math.min(...losses))
        if (!(losses[best] < losses[choices[row * groups + g]])) continue
        choices[row * groups + g] = best
        e.set(search.residual(row, g, best), g * width)
        moved = true
      }
    }
  }
  return search.levels((level) => choices[level])
}

/** The part of e H eᵀ that depends on the group's own errors, were they `own`. */
function groupLoss(own: Float64Array, e: Float64Array, start: number, hessian: Float64Array): number {
  const columns = e.length
  const inside = (j: number) => j >= start && j < start + own.length
  let loss = 0
  for (const [i, x] of own.entries())
    for (let j = 0; j < columns; j++)
      loss += x * hessian[(start + i) * columns + j] * (inside(j) ? own[j - start] : 2 * e[j])
  return loss
}
