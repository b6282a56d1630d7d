import { expect, test } from 'vitest'
import { withGpu } from '../test/gpu.ts'
import { roundToHalf } from '../math/half.ts'
import { raggedShapes, seededLevels } from '../test/levels.ts'
import { seededProblem } from '../test/problems.ts'
import { reference as gradientOf } from './refit-gradient.ts'
import { entriesOf, placeOf, reference as normalOf, unknownsOf } from './refit-normal.ts'
import { normalLayout, reference, refitSolve } from './refit-solve.ts'

interface System {
  N: Float64Array
  b: Float64Array
}

/** Normal equations of seeded codes on seeded levels; row 0 has the same code everywhere, row 1 no error at all. */
function systemsOf(rows: number, columns: number, width: number, offsets: boolean) {
  const groups = Math.ceil(columns / width)
  const { scales, zeros, codes } = seededLevels(rows, columns, groups, 3, 5)
  const given = scales.map(roundToHalf)
  const { weights, hessian } = seededProblem({ rows, columns })
  const systems = Array.from({ length: rows }, (_, row): System => {
    const level = (j: number) => row * groups + Math.floor(j / width)
    const basis = Array.from({ length: columns }, (_, j) =>
      row === 0 ? 2 : codes[row * columns + j] - zeros[level(j)],
    )
    const error = basis.map((a, j) => (row === 1 ? 0 : given[level(j)] * a - weights[row * columns + j]))
    const gradient = error.map((_, j) => error.reduce((sum, e, i) => sum + e * hessian[i * columns + j], 0))
    const shape = { columns, width, groups, offsets }
    return { N: normalOf(basis, hessian, shape), b: gradientOf(gradient, basis, shape) }
  })
  return { groups, systems, scales: given, zeros }
}

/** What levels do to the loss of a row: 2 bᵀδ + δᵀNδ. */
function rise({ N, b }: System, old: RowView, now: RowView, offsets: boolean): number {
  const delta = Array.from(b, (_, k) => {
    const g = offsets ? k >> 1 : k
    if (offsets && k % 2 === 0) return now.scales[g] * (old.zeros[g] - now.zeros[g])
    return now.scales[g] - old.scales[g]
  })
  return delta.reduce(
    (sum, d, k) => sum + d * (2 * b[k] + delta.reduce((inner, e, l) => inner + N[k * b.length + l] * e, 0)),
    0,
  )
}
interface RowView {
  scales: ArrayLike<number>
  zeros: ArrayLike<number>
}

test.each(raggedShapes)('%i rows, %i columns in groups of %i', async (rows, columns, width) => {
  for (const offsets of [true, false])
    for (const scaleType of ['f16', 'f32'] as const) {
      const { groups, systems, scales, zeros } = systemsOf(rows, columns, width, offsets)
      const unknowns = unknownsOf({ groups, offsets })
      await withGpu(async (gpu, scope) => {
        const old = { old_scales: scope.upload('old scales', scales), old_zeros: scope.upload('old zeros', zeros) }
        for (const shape of ['thread', 'workgroup'] as const)
          for (const first of rows > 1 ? [0, 1] : [0]) {
            const batch = gpu.batch('solve')
            const count = rows - first
            const layout = normalLayout(batch, count, { groups, offsets }, shape)
            expect(layout.words).toBeGreaterThanOrEqual(count * entriesOf({ groups, offsets }))
            const words = new Float32Array(layout.words).fill(NaN)
            for (let row = 0; row < count; row++)
              for (let k = 0; k < unknowns; k++)
                for (let l = k; l <= unknowns; l++) {
                  const { N, b } = systems[first + row]
                  words[placeOf(k, l, unknowns) * layout.entryStride + row * layout.rowStride] =
                    l < unknowns ? N[k * unknowns + l] : b[k]
                }
            const normal = scope.upload('normal', words)
            const made = {
              scales: scope.buffer('scales', scales.byteLength),
              zeros: scope.buffer('zeros', zeros.byteLength),
              changed: scope.buffer('changed', 4 * rows),
            }
            refitSolve(batch, { normal, ...old, ...made }, { rows: count, groups, offsets, first, scaleType }, layout)
            await batch.submit()
            const found = { scales: await gpu.readF32(made.scales), zeros: await gpu.readF32(made.zeros) }
            const changed = await gpu.readU32(made.changed)
            for (let row = first; row < rows; row++) {
              const part = ({ scales, zeros }: { scales: Float32Array; zeros: Float32Array }) => ({
                scales: scales.subarray(row * groups, (row + 1) * groups),
                zeros: zeros.subarray(row * groups, (row + 1) * groups),
              })
              const [before, now] = [part({ scales, zeros }), part(found)]
              const expected = reference(systems[row].N, systems[row].b, before, { offsets, scaleType })
              const exact = reference(systems[row].N, systems[row].b, before, { offsets, scaleType: 'f32' })
              const falls = [now, expected, exact].map((view) => -rise(systems[row], before, view, offsets))
              const [fall, best, most] = falls
              // A row either falls or keeps its levels to the bit.
              if (!changed[row]) expect(now).toEqual(before)
              // Rounded to float16 another way here or there, a row comes out almost as good; and a fall of a millionth
              // of what exact numbers would give is none.
              expect(fall).toBeGreaterThanOrEqual(best * (scaleType === 'f16' ? 0.99 : 0.9999) - 1e-5 * most)
              expect([...now.scales].every((scale) => scale > 0 && scale < 1)).toBe(true)
              expect(changed[row]).toBe(Number(fall > 0))
              if (!offsets || fall === 0) expect(now.zeros).toEqual(before.zeros)
              if (fall === 0) expect(now.scales).toEqual(before.scales)
              if (scaleType === 'f16') {
                expect([...now.scales]).toEqual([...now.scales].map(roundToHalf))
                // scale · zero is stored, too; zero is a quotient of it, rounded to float32.
                for (const [g, zero] of now.zeros.entries()) {
                  const low = zero * now.scales[g]
                  if (changed[row] && offsets) expect(Math.abs(low / roundToHalf(low) - 1 || 0)).toBeLessThan(1e-6)
                }
              }
            }
            if (rows > 1 && first <= 1) expect(changed[1]).toBe(0)
          }
      })
    }
})
