// Lesson 6: what damping is for, shown on a Hessian of too few tokens; and columns whose input is always zero.
import { useMemo } from 'react'
import { optionValues } from '../../quantize/options.ts'
import { greedy } from '../../quantize/steps/greedy.ts'
import { nearest } from '../../quantize/steps/nearest.ts'
import { count, percent, significant } from '../../store/wording.ts'
import { lesson } from './lesson.ts'
import { LossBars } from './LossBars.tsx'
import { energyOf, levelsOf, lossOf } from './problem.ts'
import { type State, start, useDamped, useDead, Figure } from './DampingFigures.tsx'

/** As a percentage with three digits. */
const share = (loss: number) => `${significant(100 * loss, 3)}\u202f%`

export const damping = lesson<State>({
  name: 'damping',
  title: 'Damping and dead columns',
  Figure,
  steps: [
    {
      title: 'A little on the diagonal',
      state: start,
      Prose: () => {
        const { found, problem } = useDamped()
        const losses = found.map(({ many }) => many)
        return (
          <p>
            GPTQ needs the inverse of H, so λ is added to its diagonal: <b>damping</b>, given as a fraction of the mean
            of the diagonal. With {count(problem.tokens)} tokens for {problem.columns} columns it hardly matters
            {losses.length > 1 &&
              `: the relative loss is between ${percent(Math.min(...losses))} and ${percent(Math.max(...losses))}`}
            .
          </p>
        )
      },
      look: 'Only on the right, where λ is as large as H itself, does the curve come near RTN.',
    },
    {
      title: 'Too few tokens',
      state: { ...start, curves: ['many', 'few'] },
      Prose: () => {
        const { found, rtn, problem } = useDamped()
        const usual = found.find(({ damp }) => damp === 0.01)
        return (
          <p>
            {problem.fewTokens} tokens cannot tell {problem.columns} columns apart: this H has no inverse at all.
            Without damping GPTQ trusts directions it has never seen.
            {usual &&
              ` At the usual 0.01 its loss is ${percent(usual.few)}, RTN’s ${percent(rtn)}: ${usual.few > rtn ? 'worse than not looking at the inputs' : 'hardly any better'}.`}
          </p>
        )
      },
      look: 'Follow the dashed line to the right: more damping, less trust, less loss.',
    },
    {
      title: 'It looks well to itself',
      state: { ...start, curves: ['few', 'own'] },
      Prose: () => {
        const { found } = useDamped()
        const usual = found.find(({ damp }) => damp === 0.01)
        return (
          <p>
            Judged by the tokens it was made from, the same result looks splendid
            {usual && `: ${share(usual.own)} instead of ${share(usual.few)}`}. A layer’s loss on its own calibration
            tokens says little when these are few. The page warns below 4 tokens per column.
          </p>
        )
      },
      look: 'The gap between the lines is overfitting. Held-out windows (Calibration, in the plan) measure it.',
    },
    {
      title: 'Descent needs no inverse',
      state: { ...start, curves: ['many', 'few'] },
      Prose: () => {
        const { problem } = useDamped()
        const found = useMemo(() => {
          const levels = levelsOf(problem, { bits: 3 })
          const rounded = nearest.reference(problem, levels, undefined, {}).codes
          const energy = energyOf(problem)
          const of = (hessian: Float64Array) =>
            lossOf(
              problem,
              levels,
              greedy.reference({ ...problem, hessian }, levels, rounded, optionValues(greedy.options)).codes,
            ) / energy
          return { many: of(problem.hessian), few: of(problem.few), rtn: lossOf(problem, levels, rounded) / energy }
        }, [problem])
        return (
          <>
            <p>
              Coordinate descent uses H as it is, without damping: {percent(found.many)} from {count(problem.tokens)}{' '}
              tokens, {percent(found.few)} from {problem.fewTokens}. It starts at the nearest levels and moves only what
              pays, but too few tokens mislead it too.
            </p>
            <LossBars
              label="Relative losses"
              bars={[
                { recipe: 'rtn', label: 'RTN', value: found.rtn },
                { recipe: 'cdquant', label: 'Descent', value: found.many },
                { recipe: 'cdquant', label: `… ${problem.fewTokens} tokens`, value: found.few },
              ]}
            />
          </>
        )
      },
      look: 'Compare the bars with the curves: no λ was chosen for them.',
    },
    {
      title: 'Dead columns',
      state: { ...start, picture: 'dead', dead: 8 },
      Prose: ({ state }) => {
        const { rtn, gptq, descent } = useDead(state.dead)
        return (
          <>
            <p>
              An input that is zero on every token makes a row and a column of H zero. No code there can do harm: GPTQ
              gives such a column the code of 0, and it takes no part; here {state.dead} inputs were silenced by hand.
            </p>
            <LossBars
              label="Relative losses of the row"
              bars={[
                { recipe: 'rtn', label: 'RTN', value: rtn },
                { recipe: 'gptq', label: 'GPTQ', value: gptq },
                { recipe: 'cdquant', label: 'Descent', value: descent },
              ]}
            />
          </>
        )
      },
      look: 'Dead columns may lie far out, at no cost. Silence more of them with the slider.',
    },
  ],
})
