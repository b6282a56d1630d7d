// Lesson 7: smaller groups, more scales, more bits: what a weight costs and what it buys.
import { use } from 'react'
import { groupWords, percent, significant } from '../../store/wording.ts'
import { lesson } from './lesson.ts'
import { CannotRun, useRecorded } from './LiveRun.tsx'
import { loadResults } from './load.ts'
import { type State, start, usePoints, Figure } from './GroupFigures.tsx'

/** As a percentage with three digits, for losses far below one. */
const share = (loss: number) => `${significant(100 * loss, 3)}\u202f%`

export const groups = lesson<State>({
  name: 'groups',
  title: 'Group size and bits',
  Figure,
  steps: [
    {
      title: 'One scale for a whole row',
      state: start,
      Prose: () => {
        const { at, problem } = usePoints()
        const three = at(3, 0)
        return (
          <p>
            So far all {problem.columns} weights of a row shared one scale and one zero. The scale takes 16 bits and the
            zero as many as a code
            {three && `, so that 3 bits are really ${significant(three.effectiveBits, 4)} per weight`}.
          </p>
        )
      },
      look: 'Three points: 2, 3 and 4 bits. A bit more makes the loss several times smaller.',
    },
    {
      title: 'Smaller groups, finer grids',
      state: { ...start, groups: [0, 64, 32, 16] },
      Prose: () => {
        const { at } = usePoints()
        const [row, small] = [at(3, 0), at(3, 16)]
        return (
          <p>
            Split a row into groups with a scale each, and a large weight spoils only its own group.
            {row &&
              small &&
              ` At 3 bits, groups of 16 lower the loss by ${percent(1 - small.descent / row.descent)} and cost ${significant(small.effectiveBits - row.effectiveBits, 2)} bits per weight more.`}
          </p>
        )
      },
      look: 'Each line is a group size. Lower and farther left is better; which line is the lowest at 3.5 bits?',
    },
    {
      title: 'A bit, or smaller groups?',
      state: { ...start, groups: [0, 64, 32, 16] },
      Prose: () => {
        const { at } = usePoints()
        const [four, three] = [at(4, 0), at(3, 16)]
        if (!four || !three) return <p>The settings are being solved …</p>
        return (
          <p>
            4 bits with one scale per row take {significant(four.effectiveBits, 4)} bits and lose {share(four.descent)}.
            3 bits in groups of 16 take {significant(three.effectiveBits, 4)} and lose {share(three.descent)}. Here{' '}
            {four.descent < three.descent ? 'the bit is the better buy' : 'the groups are the better buy'}: compare
            settings by what they really cost.
          </p>
        )
      },
      look: 'Point at the dots: the bits of each are in the note.',
    },
    {
      title: 'The whole model',
      state: { ...start, picture: 'model' },
      Prose: () => {
        const { groups: results } = use(loadResults())
        const of = (bits: number, group: number) =>
          results.find((one) => one.recipe === 'cdquant' && one.bits === bits && one.group === group)!
        return (
          <p>
            Recorded runs of all layers. At 2 bits, groups of 32 take the perplexity from{' '}
            {significant(of(2, 0).perplexity, 3)} to <b>{significant(of(2, 32).perplexity, 3)}</b>; at 4 bits there is
            nothing left to gain, {significant(of(4, 0).perplexity, 3)} against {significant(of(4, 32).perplexity, 3)}.
          </p>
        )
      },
      look: 'The black line is the unquantized model. Switch to the loss: it goes on falling where perplexity cannot.',
    },
    {
      title: 'Run it',
      state: { ...start, picture: 'run' },
      plan: { bits: 2, group: 32, recipes: ['rtn', 'gptq', 'cdquant'] },
      Prose: () => <PlanProse />,
      look: 'Outlines are the run before. In Compare, all bits and recipes stand side by side.',
    },
  ],
})

function PlanProse() {
  return (
    <p>
      {useRecorded() ? (
        <>
          <CannotRun />
          With it, this step runs 2 bits in {groupWords(32)} on the calibration that is already there.
        </>
      ) : (
        <>
          This step sets the plan to 2 bits, {groupWords(32)}, and runs it on the calibration that is already there.
          Leaving the lesson gives your own plan back.
        </>
      )}
    </p>
  )
}
