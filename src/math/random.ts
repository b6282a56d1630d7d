// Seeded random numbers, the only source of chance: PCG32 (O'Neill 2014), and Gaussians by Box–Muller.

export interface Random {
  /** Uniform in [0, 1), 32 random bits. */
  uniform(): number
  /** Uniform integer in [0, bound). */
  integer(bound: number): number
  /** Standard normal. */
  normal(): number
}

export function random(seed: number): Random {
  const multiplier = 6364136223846793005n
  const mask = (1n << 64n) - 1n
  const increment = (BigInt(Math.trunc(seed)) << 1n) | 1n
  let state = 0n
  const next = () => {
    const old = state
    state = (old * multiplier + increment) & mask
    const xorshifted = Number((((old >> 18n) ^ old) >> 27n) & 0xffffffffn)
    const rotation = Number(old >> 59n)
    return ((xorshifted >>> rotation) | (xorshifted << (-rotation & 31))) >>> 0
  }
  next()
  state = (state + 0x853c49e6748fea9bn) & mask
  next()
  const uniform = () => next() / 2 ** 32
  return {
    uniform,
    integer: (bound) => Math.floor(uniform() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  }
}
