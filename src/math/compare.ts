// How far numbers are from an oracle.

/** Normalised mean square error: Σ (a − b)² / Σ b². A NaN anywhere gives NaN. */
export function normalisedError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`compared ${actual.length} numbers with ${expected.length}`)
  let difference = 0
  let size = 0
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i] - expected[i]) ** 2
    size += expected[i] ** 2
  }
  return size === 0 ? difference : difference / size
}

/** max |a − b|. A NaN anywhere gives NaN. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`compared ${actual.length} numbers with ${expected.length}`)
  let worst = 0
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i])
    if (!(difference <= worst)) worst = difference
  }
  return worst
}
