// One group of one row: its weights, its levels, and which each weight took.
import { InputError } from '../../formats/errors.ts'
import { groupsOf } from '../../quantize/problem.ts'
import type { Answerer, Desk } from '../asking.ts'
import type { GroupAsked, GroupSolved } from '../layer-questions.ts'
import { factsOf, hessianOf, quantizedOf, replayOf, solutionOf, weightsOf } from './layer-matter.ts'

/** Columns of a group shown where a recipe's levels do not say. */
const PLAIN = 128

export const layerGroup: Answerer<'layer-group'> = {
  device: false,
  async answer(desk, asked) {
    const { rows, columns } = factsOf(desk, asked.layer)
    const { row, column } = asked
    if (!(row >= 0 && row < rows && column >= 0 && column < columns))
      throw new InputError(`row ${row}, column ${column} does not lie in ${rows} × ${columns} weights`)
    const solution = solutionOf(desk, asked)
    const own = solution && !solution.restored
    const { width } = own ? solution.levels : groupsOf(columns, desk.run?.plan.group || PLAIN)
    const from = column - (column % width)
    const to = Math.min(columns, from + width)
    const weights = await weightsOf(desk, asked.layer)
    const kept = hessianOf(desk, asked.layer)
    const solved = solvedGroup(desk, asked, from, to)
    return {
      row,
      from,
      weights: weights.slice(row * columns + from, row * columns + to),
      ...(typeof kept !== 'string' && {
        diagonal: Float32Array.from(kept.upper.rows.slice(from, to), ([h]) => h),
      }),
      ...(solved && { solved }),
    }
  },
}

function solvedGroup(desk: Desk, asked: GroupAsked, from: number, to: number): GroupSolved | undefined {
  const quantized = quantizedOf(desk, asked)
  const solution = solutionOf(desk, asked)
  if (!quantized || !solution) return undefined
  const { row, moment } = asked
  const values = Float32Array.from({ length: to - from }, (_, i) => quantized.value(row, from + i))
  const { code } = quantized
  if (!code) return { values }
  const { levels } = solution
  const { scales, zeros } = moment === undefined ? levels : replayOf(desk, asked)!.history.state(moment).levels
  const at = row * levels.groups + Math.floor(from / levels.width)
  const [scale, zero] = [scales[at], zeros[at]]
  return {
    values,
    grid: {
      codes: Uint8Array.from({ length: to - from }, (_, i) => code(row, from + i)),
      levels: Float32Array.from({ length: 2 ** levels.bits }, (_, c) => scale * (c - zero)),
      scale,
      zero,
      zeroKind: levels.zeroType === 'half' ? 'half' : levels.symmetric ? 'middle' : 'inside',
      scaleType: levels.scaleType,
      bits: levels.bits,
    },
  }
}
