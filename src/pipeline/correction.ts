// The correction of earlier blocks' errors (QEP, Arai and Ichikawa 2025). With x̂ the input of a layer in the partially
// quantized model and x the one in the unquantized model, it wants Ŵ x̂ near the target (1 − α) W x̂ + α W x:
//   E‖Ŵ x̂ − target‖² = tr(E Ĥ Eᵀ) + 2 tr(S Eᵀ) + constant,  E = Ŵ − W,  S = α W D,  D = E[(x̂ − x) x̂ᵀ]
// so that S is what descents add to the gradient E Ĥ: no inverse, and no change of W. The paper's own form moves the
// weights instead, W* = W − S Ĥ⁻¹ = (1 − α) W + α W M Ĥ⁻¹ with M = E[x x̂ᵀ], which has the same minimum.
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { Tiled } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import { matmul } from '../kernels/matmul.ts'
import { scaledSum } from '../kernels/scaled-sum.ts'
import { named } from '../quantize/options.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { steps } from '../quantize/steps/index.ts'

/**
 * S f32 [rows, columns] of W f32 [rows, columns] and drift f32 [columns, columns], drift[k, j] = mean of
 * x̂_k (x̂_j − x_j); the caller owns the buffer.
 */
export function correctionShift(
  gpu: Gpu,
  { weights, drift }: { weights: GpuBuffer; drift: Tiled },
  { rows, columns, correction }: { rows: number; columns: number; correction: number },
): GpuBuffer {
  using scope = new Scope(gpu)
  const bytes = 4 * rows * columns
  const zero = scope.buffer('zero', bytes)
  const whole = scope.buffer('whole correction', bytes)
  const result = gpu.buffer('correction', bytes)
  const batch = gpu.batch('correction').clear(zero)
  matmul(batch, { x: weights, weights: drift, y: whole }, { tokens: rows, rows: columns, columns })
  scaledSum(batch, { left: zero, right: whole, result }, { elements: rows * columns, factor: correction })
  batch.flush()
  return result
}

/** What a reader of a corrected recipe's numbers must know. */
export function correctionNote(recipe: string, correction: number): string {
  const chain = recipeNamed(recipe).steps.map(({ name }) => named('step', steps, name))
  const list = (some: typeof chain) => some.map(({ title }) => title.toLowerCase()).join(', ')
  const aware = chain.filter(({ ignoresShift }) => !ignoresShift)
  const blind = chain.filter(({ ignoresShift }) => ignoresShift)
  if (!aware.length) return `no correction of earlier blocks: ${list(blind)} cannot see their errors`
  return (
    `correction ${correction} of earlier blocks by ${list(aware)}` +
    (blind.length ? `, not by ${list(blind)}` : '') +
    '; the loss shown is the layer’s own, which the correction does not minimise'
  )
}
