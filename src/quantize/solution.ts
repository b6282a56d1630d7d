// A solved layer in ordinary memory, and its weights on the GPU again.
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import { dequantize } from '../kernels/dequantize.ts'
import type { LevelShape } from '../kernels/nearest.ts'
import { packCodes, packedWords, unpackCodes } from '../kernels/pack-codes.ts'
import { TENSOR, type GridSettings, type ZeroType } from './problem.ts'

/** A loss of a layer: tr(E H Eᵀ), and the same ÷ tr(W H Wᵀ). */
export interface LayerLoss {
  objective: number
  relative: number
}

/** A solved layer in ordinary memory. ŵ[row, j] = scales[row, g] · (code − zeros[row, g]), g = ⌊j / width⌋. */
export interface Solution extends LayerLoss {
  /** Of the codes; a transform may change the size of a layer. */
  rows: number
  columns: number
  /** The loss on tokens that no solver saw; absent where there are none. */
  heldOut?: LayerLoss
  /** Accepted changes of single codes by all steps, over all rows. */
  moves: number
  /** Every damping tried (fractions of mean diag H), the last one worked; null where no factor was needed. */
  damping: number[] | null
  /** What its steps have to say about how they ran. */
  notes: string[]
  levels: SolvedLevels
  /** Dense little-endian bitstream of every row, padded to whole words: [rows, ⌈columns · bits / 32⌉]. */
  codes: Uint32Array
  /** ŵ [rows, columns of the layer] back in the layer's basis; absent where the codes give it. */
  restored?: Float32Array
  /** Codes, scales, zeros and what undoes the transform, per weight of the layer. */
  effectiveBits: number
}

/** Levels in ordinary memory. */
export interface SolvedLevels extends Pick<GridSettings, 'bits' | 'group' | 'symmetric' | 'scaleType'> {
  width: number
  groups: number
  zeroType: ZeroType
  /** [rows, groups] */
  scales: Float32Array
  /** [rows, groups] */
  zeros: Float32Array
}

/** Bits of all scales and zeros as they are stored; zeros in the middle of the codes are known and not stored. */
export function levelBits(
  { group, groups, bits, symmetric, scaleType, zeroType }: Omit<SolvedLevels, 'scales' | 'zeros' | 'width'>,
  rows: number,
): number {
  const scaleBits = scaleType === 'f16' ? 16 : 32
  const zeroBits = zeroType === 'real' ? scaleBits : symmetric || zeroType === 'half' ? 0 : bits
  return (group === TENSOR ? 1 : rows * groups) * (scaleBits + zeroBits)
}

/** Codes u32 [rows, columns] as a bitstream [rows, packedWords]; the caller owns the buffer. */
export function packedOnGpu(
  gpu: Gpu,
  codes: GpuBuffer,
  size: { rows: number; columns: number; bits: number },
): GpuBuffer {
  const buffer = gpu.buffer('packed codes', 4 * size.rows * packedWords(size.columns, size.bits))
  const batch = gpu.batch('pack')
  packCodes(batch, { codes, packed: buffer }, size)
  batch.flush()
  return buffer
}

/** ŵ f32 [rows, columns]; the caller owns the buffer. */
export function dequantizedOnGpu(
  gpu: Gpu,
  given: { packed: GpuBuffer; scales: GpuBuffer; zeros: GpuBuffer },
  shape: LevelShape,
): GpuBuffer {
  const weights = gpu.buffer('dequantized weights', 4 * shape.rows * shape.columns)
  const batch = gpu.batch('dequantize')
  dequantize(batch, { ...given, weights }, shape)
  batch.flush()
  return weights
}

/** ŵ f32 of a solution, [rows, columns] of its layer; the caller owns the tiles. */
export function dequantizeSolution(
  gpu: Gpu,
  { rows, columns, levels, codes, restored }: Solution,
  layer: { rows: number; columns: number },
): RowTiles {
  if (restored) return RowTiles.upload(gpu, 'restored weights', layer.rows, layer.columns, restored)
  const weights = RowTiles.create(gpu, 'dequantized weights', rows, columns)
  const words = packedWords(columns, levels.bits)
  for (const tile of weights.tiles) {
    using scope = new Scope(gpu)
    const part = <T extends Uint32Array | Float32Array>(values: T, width: number) =>
      values.subarray(tile.first * width, (tile.first + tile.rows) * width)
    const given = {
      packed: scope.upload('packed codes', part(codes, words)),
      scales: scope.upload('scales', part(levels.scales, levels.groups)),
      zeros: scope.upload('zeros', part(levels.zeros, levels.groups)),
    }
    const batch = gpu.batch('dequantize')
    dequantize(batch, { ...given, weights: tile.buffer }, { columns, ...levels, rows: tile.rows })
    batch.flush()
  }
  return weights
}

/** Codes [rows, columns] of a solution. */
export function solutionCodes({ rows, columns, levels, codes }: Solution): Uint8Array<ArrayBuffer> {
  return unpackCodes(codes, rows, columns, levels.bits)
}
