// Rounding to integers as WGSL and PyTorch do it.

/** The nearest integer, a half to the even one. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1
  return below % 2 === 0 ? below : below + 1
}

/**
 * Code 0 … top of the level nearest to w = scale · quotient, where code c stands for scale · (c − zero). Only the
 * fraction of `zero` takes part in rounding, so that a whole zero decides no tie.
 */
export function nearestCode(quotient: number, zero: number, top: number): number {
  const whole = Math.floor(zero)
  return Math.min(top, Math.max(0, roundHalfEven(quotient + (zero - whole)) + whole))
}
