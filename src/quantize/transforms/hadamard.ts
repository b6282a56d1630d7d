// Randomized Hadamard transform of any size (QuIP#, Tseng et al. 2024, section 3): V = (B₁ ⊗ B₂ ⊗ … ⊗ H_{2^p}) S / norm,
// S seeded signs. Where size = 2^p · odd with odd > 1, one block B is a Hadamard matrix of order odd · 2^i that can be
// constructed; where there is none, the odd part is mixed by Hartley matrices, which are orthogonal, deterministic
// and about as flat (the paper turns to the Fourier transform there). V is orthogonal, its entries ±1/√size, with a
// Hartley block up to √2 as large.
import { GpuLimitError } from '../../gpu/errors.ts'
import { bindableBytes, type Limits } from '../../gpu/row-tiles.ts'
import { packedBytes } from '../../kernels/butterfly.ts'
import { hadamard, hartley } from '../../math/hadamard.ts'
import type { Random } from '../../math/random.ts'
import type { Factor, Mixing } from './passes.ts'
import type { Dense } from './reference-change.ts'

/** Orders up to which a block is one dense matrix; a larger odd part is split where its divisors allow it. */
const LARGEST_BLOCK = 512
/** A pass mixes so many at a time. */
const RADIX = 16

interface Block {
  order: number
  /** Orthogonal, [order, order]. */
  matrix(): Float64Array
}

/** size = orders of the blocks · 2^twos. */
interface Construction {
  blocks: Block[]
  twos: number
}

function construction(size: number): Construction {
  let [odd, twos] = [size, 0]
  for (; odd % 2 === 0; odd /= 2) twos++
  if (odd === 1) return { blocks: [], twos }
  for (let i = 2; i <= twos && odd * 2 ** i <= LARGEST_BLOCK; i++) {
    const order = odd * 2 ** i
    const matrix = hadamard(order)
    if (matrix) return { blocks: [{ order, matrix: () => matrix.map((x) => x / Math.sqrt(order)) }], twos: twos - i }
  }
  return { blocks: oddOrders(odd).map((order) => ({ order, matrix: () => hartley(order) })), twos }
}

/** Divisors of an odd number with itself as product, each as large as a block may be, or a prime. */
function oddOrders(odd: number): number[] {
  const orders: number[] = []
  for (let rest = odd, divisor = 3; rest > 1; divisor += 2) {
    // What is left has no divisor below this one, so it is a prime once the square exceeds it.
    if (divisor * divisor > rest) divisor = rest
    for (; rest % divisor === 0; rest /= divisor) {
      const last = orders.at(-1)
      if (last && last * divisor <= LARGEST_BLOCK) orders[orders.length - 1] = last * divisor
      else orders.push(divisor)
    }
  }
  return orders
}

/** One pass per block and per 16 of the power of two. */
function passesOf(size: number): Block[] {
  const { blocks, twos } = construction(size)
  const count = Math.ceil(twos / Math.log2(RADIX))
  const radices = Array.from({ length: count }, (_, i) => {
    const order = 2 ** (Math.floor((twos * (i + 1)) / count) - Math.floor((twos * i) / count))
    return { order, matrix: () => hadamard(order)!.map((x) => x / Math.sqrt(order)) }
  })
  return [...blocks, ...radices]
}

/** The order of every pass, without its matrix. */
export const passOrders = (size: number): number[] => passesOf(size).map(({ order }) => order)

/**
 * @throws GpuLimitError where a size has a prime factor so large that one buffer of this adapter does not hold the dense
 * matrix that mixes it.
 */
export function checkHadamard(adapter: Limits, size: number): void {
  const limit = bindableBytes(adapter)
  for (const order of passOrders(size)) {
    const bytes = packedBytes({ inputs: order, outputs: order })
    if (bytes > limit)
      throw new GpuLimitError(
        `a Hadamard transform of ${size} mixes ${order} numbers at once by a dense matrix: ${bytes} bytes in one ` +
          `buffer, this adapter allows ${limit}`,
      )
  }
}

/** Signs from `source`, then pass after pass. */
export function randomizedHadamard(size: number, source: Random): Mixing {
  const factors: Factor[] = []
  let outer = 1
  for (const { order, matrix } of passesOf(size)) {
    factors.push({ outer, inputs: order, outputs: order, inner: size / outer / order, matrix: matrix() })
    outer *= order
  }
  const signs = Float64Array.from({ length: size }, () => (source.uniform() < 0.5 ? -1 : 1))
  return { inputs: size, outputs: size, signs, factors }
}

/** V as a matrix, entry by entry from its definition. */
export function hadamardMatrix({ inputs: size, signs }: Mixing): Dense {
  const { twos, ...construct } = construction(size)
  const blocks = construct.blocks.map(({ order, matrix }) => ({ order, matrix: matrix() }))
  const power = 2 ** twos
  const parity = (bits: number) => {
    let sign = 1
    for (let rest = bits; rest; rest &= rest - 1) sign = -sign
    return sign
  }
  const values = Float64Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size]
    let value = (signs[j] * parity((i % power) & (j % power))) / Math.sqrt(power)
    let [restOfI, restOfJ] = [Math.floor(i / power), Math.floor(j / power)]
    for (const { order, matrix } of [...blocks].reverse()) {
      value *= matrix[(restOfI % order) * order + (restOfJ % order)]
      restOfI = Math.floor(restOfI / order)
      restOfJ = Math.floor(restOfJ / order)
    }
    return value
  })
  return { rows: size, columns: size, values }
}
