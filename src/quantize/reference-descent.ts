// Coordinate descent in float64 as the papers read: B = 2 (Ŵ − W) H, a change of code j by δ in weight gives ΔL = δ²
// H_jj + δ B_j.
import { orderOf } from './order.ts'
import type { ReferenceLevels, ReferenceProblem } from './problem.ts'
import type { StepResult } from './stage.ts'

/** How the rules are varied; absent: the best change of all, to the end, columns in natural order. */
interface Variations {
  tolerance?: number
  batch?: number
  order?: 'natural' | 'activation'
}

/**
 * Tries every level of every column. greedy: takes the best change of all, or of each of `batch` classes of columns as
 * far as they agree; cyclic: the best of the first column, of the second, …
 */
export function referenceDescent(
  { rows, columns, weights, hessian: H }: ReferenceProblem,
  { scales, zeros, width, groups, bits }: ReferenceLevels,
  start: Uint8Array | undefined,
  rule: 'greedy' | 'cyclic',
  mostMoves: number,
  mostSweeps: number,
  { tolerance = 0, batch = 1, order = 'natural' }: Variations = {},
): StepResult & { codes: Uint8Array } {
  if (!start) throw new RangeError(`${rule} descent improves codes: another step must come first`)
  const codes = Uint8Array.from(start)
  const inOrder = orderOf(
    Float64Array.from({ length: columns }, (_, j) => H[j * (columns + 1)]),
    order,
  )
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
    const loss = () =>
      own.reduce((sum, code, j) => sum + ((scale[j] * (code - zero[j]) - weights[row * columns + j]) * B[j]) / 2, 0)
    // Groups fill whole blocks of 16 places; a class is every batch-th place.
    const classOf = (j: number) => (Math.floor(j / width) * 16 * Math.ceil(width / 16) + (j % width)) % batch
    if (rule === 'greedy')
      for (let left = mostMoves; left > 0;) {
        const all = Array.from(own, (_, j) => ({ j, ...best(j) }))
        const classes = Array.from({ length: batch }, (_, k) =>
          all
            .filter(({ j }) => classOf(j) === k)
            .reduce((lowest, one) => (one.gain < lowest.gain ? one : lowest), { j: -1, gain: 0, level: 0 }),
        )
        const candidates = classes.filter(({ gain }) => gain < 0).sort((a, b) => a.gain - b.gain || a.j - b.j)
        if (!candidates.length || -candidates[0].gain < tolerance * loss()) break
        const taken: { j: number; level: number; delta: number }[] = []
        for (const { j, gain, level } of candidates) {
          const delta = scale[j] * (level - own[j])
          const others = taken.reduce((sum, one) => sum + 2 * delta * one.delta * H[one.j * columns + j], 0)
          if (gain + others <= gain / 2 && left-- > 0) taken.push({ j, level, delta })
        }
        for (const { j, level } of taken) move(j, level)
      }
    else
      for (let sweep = 0, moved = true; moved && sweep < mostSweeps; sweep++) {
        moved = false
        for (const j of inOrder) {
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
