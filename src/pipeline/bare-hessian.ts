// The Hessian of a matrix without a model: of the inputs given beside it, H = XᵀX / tokens, through the kernels that
// calibrate a model; without them H = I, so that every input counts the same and the loss is plain rounding error.
import type { BareLayer } from '../formats/bare.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { gram } from '../kernels/gram.ts'
import { mirror } from '../kernels/mirror.ts'
import { TOKENS_PER_CHUNK } from './bare-layers.ts'

/** x f32 [count, columns] of `count` tokens from token `first` on. */
export type ReadInputs = (first: number, count: number) => Promise<Float32Array<ArrayBuffer>>

/**
 * H f32 [columns, columns], both triangles, as a running mean over chunks of tokens; yields the tokens that are
 * through. Whoever receives the matrix owns it.
 */
export async function* hessianOfInputs(
  gpu: Gpu,
  read: ReadInputs,
  tokens: number,
  columns: number,
): AsyncGenerator<number, RowTiles> {
  const matrix = RowTiles.create(gpu, 'hessian', columns, columns)
  let whole = false
  try {
    for (let before = 0; before < tokens; before += TOKENS_PER_CHUNK) {
      const chunk = Math.min(TOKENS_PER_CHUNK, tokens - before)
      using x = gpu.upload('inputs', await read(before, chunk))
      const batch = gpu.batch('hessian')
      gram(batch, { x, matrix }, { tokens: chunk, columns, before })
      if (before + chunk === tokens) mirror(batch, { matrix }, { columns })
      await batch.submit()
      yield before + chunk
    }
    whole = true
    return matrix
  } finally {
    if (!whole) matrix[Symbol.dispose]()
  }
}

/** H = I, f32 [columns, columns]; whoever receives it owns it. */
export function identityHessian(gpu: Gpu, columns: number): RowTiles {
  return RowTiles.upload(gpu, 'hessian', columns, columns, (part, first) => {
    for (let at = first; at < part.length; at += columns + 1) part[at] = 1
  })
}

/** The matrix of either kind; yields the tokens that are through. */
export async function* bareHessian(
  gpu: Gpu,
  { columns, inputs }: Pick<BareLayer, 'columns' | 'inputs'>,
  read: ReadInputs,
): AsyncGenerator<number, RowTiles> {
  return inputs ? yield* hessianOfInputs(gpu, read, inputs.tokens, columns) : identityHessian(gpu, columns)
}
