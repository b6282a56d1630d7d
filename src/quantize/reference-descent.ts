// Coordinate descent in float64 as the papers read: B = 2 (Ŵ − W) H, a change of code j by δ in weight gives ΔL = δ²
// H_jj + δ B_j.
import type { ReferenceLevels, ReferenceProblem } from './problem.ts'
import type { StepResult } from './stage.ts'

/**
 * Tries every level of every column. greedy: takes the best change of all; cyclic: the best of column 0, of column 1, …
 */
export function referenceDescent(
  { rows, columns, weights, hessian: H }: ReferenceProblem,
  { scales, zeros, width, groups, bits }: ReferenceLevels,
  start: Uint8Array | undefined,
  rule: 'greedy' | 'cyclic',
  mostMoves: number,
  mostSweeps: number,
): StepResult & { codes: Uint8Array } {
  if (!start) throw new RangeError(`${rule} descent improves codes: another step must come first`)
  const codes = Uint8Array.from(start)
  let moves = 0
  for (let row = 0; row < rows; row++) {
    const own = codes.subarray(row * columns, (row + 1) * columns)
    const scale = Array.from(own, (_, j) => scales[row * groups + Math.floor(j / width)])
    const zero = Array.from(own, (_, j) => zeros[row * groups + Math.floor(j / width)])
    const B = new Float64Array(columns)
    own.forEach((code, i) => {
      const e = scale[i] * (code - zero[i]) - weights[row * columns + i]
      for (let j = 0; j < columns; j++) B[j] += 2 * e * H[i * columns + j]
    })
    const best = (j: number) => {
      let [gain, level] = [0, own[j]]
      for (let c = 0; c < 2 ** bits; c++) {
        const delta = scale[j] * (c - own[j])
        const change = delta * (delta * H[j * columns + j] + B[j])
        // Less than rounding can tell from nothing is nothing.
        if (change < gain - 1e-12 * scale[j] ** 2 * H[j * columns + j]) [gain, level] = [change, c]
      }
      return { gain, level }
    }
    const move = (j: number, level: number) => {
      const delta = scale[j] * (level - own[j])
      for (let k = 0; k < columns; k++) B[k] += 2 * delta * H[j * columns + k]
      own[j] = level
      moves++
    }
    if (rule === 'greedy')
      for (let count = 0; count < mostMoves; count++) {
        const all = Array.from(own, (_, j) => best(j))
        const j = all.reduce((lowest, { gain }, i) => (gain < all[lowest].gain ? i : lowest), 0)
        if (all[j].gain >= 0) break
        move(j, all[j].level)
      }
    else
      for (let sweep = 0, moved = true; moved && sweep < mostSweeps; sweep++) {
        moved = false
        for (let j = 0; j < columns; j++) {
          const { gain, level } = best(j)
          if (gain < 0) {
            move(j, level)
            moved = true
          }
        }
      }
  }
  return { codes, moves }
}
