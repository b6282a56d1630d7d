// Lesson 5: which change comes next: the best one (greedy), the next one (cyclic), or the best pair (block).
import { lazy, use, useMemo } from 'react'
import { optionValues } from '../../quantize/options.ts'
import { block } from '../../quantize/steps/block.ts'
import { gptq } from '../../quantize/steps/gptq.ts'
import { nearest } from '../../quantize/steps/nearest.ts'
import { plural, significant } from '../../store/wording.ts'
import { Segments } from '../Segments.tsx'
import { type FigureProps, lesson } from './lesson.ts'
import { loadProblem } from './load.ts'
import { LossBars } from './LossBars.tsx'
import type { Series } from './LossLines.tsx'
import { Numbers } from './Numbers.tsx'
import { energyOf, levelsOf, lossOf, type LessonProblem, rowOf } from './problem.ts'
import { once, useSlowly } from './slowly.ts'
import { cyclicWalk, greedyWalk, type Place } from './walks.ts'

const LossLines = lazy(() => import('./LossLines.tsx'))

type Rule = 'greedy' | 'cyclic' | 'from GPTQ' | 'block'

interface State {
  bits: number
  picture: 'columns' | 'losses'
  rules: readonly Rule[]
}

const start: State = { bits: 3, picture: 'columns', rules: ['greedy', 'cyclic'] }
const recipeOf = { greedy: 'cdquant', cyclic: 'cyclic', 'from GPTQ': 'gptq+cdquant', block: 'block' } as const
const titles = { greedy: 'Greedy', cyclic: 'Cyclic', 'from GPTQ': 'from GPTQ', block: 'Block' } as const

/** The walks of all rows by one rule. */
interface Walks {
  rule: Rule
  walks: readonly (readonly Place[])[]
  moves: number
  /** Moves of columns that had moved before. */
  again: number
  loss: number
}

const ruleNames: readonly Rule[] = ['greedy', 'cyclic', 'from GPTQ', 'block']

/** Block descent goes on where greedy descent ends: its rows have two more places, the end of the one and of the other. */
const walksOf = once(walksAt, ({ bits, rule }) => `${bits} ${rule}`)

function walksAt(problem: LessonProblem, { bits, rule }: { bits: number; rule: Rule }): Walks {
  const walks = Array.from({ length: problem.rows }, (_, at) => {
    const row = rowOf(problem, at)
    const levels = levelsOf(row, { bits })
    const rounded = nearest.reference(row, levels, undefined, {}).codes
    if (rule === 'cyclic') return cyclicWalk(row, levels, rounded)
    const byActivation = () =>
      gptq.reference(row, levels, undefined, optionValues(gptq.options, { order: 'activation' })).codes
    const places = greedyWalk(row, levels, rule === 'from GPTQ' ? byActivation() : rounded)
    if (rule !== 'block') return places
    const end = block.reference(row, levels, places[places.length - 1].codes, optionValues(block.options))
    const last: Place = { codes: end.codes, loss: lossOf(row, levels, end.codes) }
    return [...places, ...Array.from({ length: end.moves }, () => last)]
  })
  return {
    rule,
    walks,
    moves: walks.reduce((sum, places) => sum + places.length - 1, 0),
    again: walks.reduce((sum, places) => sum + places.length - new Set(places.map(({ column }) => column)).size, 0),
    loss: walks.reduce((sum, places) => sum + places[places.length - 1].loss, 0),
  }
}

function useWalks(bits: number) {
  const problem = use(loadProblem())
  const work = useMemo(() => (rule: Rule) => walksOf(problem, { bits, rule }), [problem, bits])
  const found = useSlowly(ruleNames, work)
  const known = useMemo(() => {
    const levels = levelsOf(problem, { bits })
    const { codes } = gptq.reference(problem, levels, undefined, optionValues(gptq.options))
    const { codes: rounded } = nearest.reference(problem, levels, undefined, {})
    return { energy: energyOf(problem), gptq: lossOf(problem, levels, codes), rtn: lossOf(problem, levels, rounded) }
  }, [problem, bits])
  return { found, ...known, layer: problem.layer }
}

/** Loss of all rows after so many moves of each. */
function curve({ rule, walks }: Walks, unit: number): Series {
  const longest = Math.max(...walks.map(({ length }) => length))
  const points = Array.from({ length: longest }, (_, x) => ({
    x,
    y: walks.reduce((sum, places) => sum + places[Math.min(x, places.length - 1)].loss, 0) / unit,
  }))
  return { name: titles[rule], recipe: recipeOf[rule], points }
}

const columnsOf = ({ rule, walks }: Walks): Series => ({
  name: titles[rule],
  recipe: recipeOf[rule],
  dots: true,
  points: walks[3].flatMap(({ column }, x) => (column === undefined ? [] : [{ x, y: column }])),
})

function Figure({ state, change }: FigureProps<State>) {
  const { found, gptq: yardstick, layer } = useWalks(state.bits)
  const shown = found.filter(({ rule }) => state.rules.includes(rule))
  const columns = state.picture === 'columns'
  const sum = shown.map(
    ({ rule, moves, loss }) => `${titles[rule]}: ${plural(moves, 'move')}, ${significant(loss / yardstick, 3)} × GPTQ`,
  )
  return (
    <>
      <LossLines
        key={state.picture}
        series={
          columns
            ? shown.filter(({ rule }) => rule !== 'block').map(columnsOf)
            : shown.map((one) => curve(one, yardstick))
        }
        xTitle={columns ? 'moves of row 3' : 'moves of each row'}
        yTitle={columns ? 'column that moves' : 'loss ÷ GPTQ’s loss'}
        reference={columns ? undefined : { y: 1, text: 'GPTQ', recipe: 'gptq' }}
        summary={`${columns ? 'Columns by move' : 'Loss by moves'}, 8 rows of ${layer}. ${sum.join('. ')}.`}
      />
      <div className="plan-row lesson-controls">
        <Segments
          label="Bits"
          segments={['2', '3', '4'].map((value) => ({ value, label: value }))}
          value={String(state.bits)}
          onChange={(bits) => change({ bits: Number(bits) })}
        />
        <Segments
          label="Picture"
          segments={[
            { value: 'columns', label: 'which column' },
            { value: 'losses', label: 'the loss' },
          ]}
          value={state.picture}
          onChange={(picture) => change({ picture })}
        />
      </div>
      <Numbers
        caption="Rules of descent"
        head={['rule', 'moves', 'loss ÷ GPTQ']}
        rows={found.map(({ rule, moves, loss }) => [titles[rule], moves, significant(loss / yardstick, 4)])}
      />
    </>
  )
}

function Ends({ state }: { state: State }) {
  const { found, energy, gptq, rtn } = useWalks(state.bits)
  return (
    <LossBars
      label="Relative losses of the eight rows"
      bars={[
        { recipe: 'rtn', label: 'RTN', value: rtn / energy },
        { recipe: 'gptq', label: 'GPTQ', value: gptq / energy },
        ...found
          .filter(({ rule }) => state.rules.includes(rule))
          .map(({ rule, loss }) => ({ recipe: recipeOf[rule], label: titles[rule], value: loss / energy })),
      ]}
    />
  )
}

/** A rule's numbers, or nothing yet. */
const useRule = (state: State, rule: Rule) => useWalks(state.bits).found.find((one) => one.rule === rule)

const Counting = () => <>The descents are being counted …</>

export const orders = lesson<State>({
  name: 'orders',
  title: 'Greedy, cyclic, block',
  Figure,
  steps: [
    {
      title: 'Which column next?',
      state: start,
      Prose: () => (
        <p>
          Cyclic descent goes through the columns in their order and sets each to its best level, again and again.
          Greedy descent looks at all of them and takes the one that gains most.
        </p>
      ),
      look: 'One dot per move: cyclic climbs in ramps, one per sweep; greedy jumps to where it hurts.',
    },
    {
      title: 'Fewer moves',
      state: { ...start, picture: 'losses' },
      Prose: ({ state }) => {
        const [greedy, cyclic] = [useRule(state, 'greedy'), useRule(state, 'cyclic')]
        if (!greedy || !cyclic) return <p>{<Counting />}</p>
        return (
          <>
            <p>
              Both end where no single change helps. Greedy needs <b>{greedy.moves}</b> moves for these eight rows,
              cyclic <b>{cyclic.moves}</b>, of which {cyclic.again} change a column that had moved before. The ends
              differ, because there are many such places.
            </p>
            <Ends state={state} />
          </>
        )
      },
      look: 'The red curve falls at once; the other pays for its order.',
    },
    {
      title: 'Start where GPTQ ends',
      state: { ...start, picture: 'losses', rules: ['greedy', 'from GPTQ'] },
      Prose: ({ state }) => {
        const [greedy, from] = [useRule(state, 'greedy'), useRule(state, 'from GPTQ')]
        if (!greedy || !from) return <p>{<Counting />}</p>
        return (
          <>
            <p>
              A descent never rises, so a better start is a better bound. From GPTQ’s codes (in the order of
              activations) it takes <b>{from.moves}</b> moves instead of {greedy.moves}, and ends{' '}
              {from.loss < greedy.loss ? 'lower' : 'higher'}.
            </p>
            <Ends state={state} />
          </>
        )
      },
      look: 'GPTQ sees all columns in one pass but never looks back; the descent looks back.',
    },
    {
      title: 'Two codes at once',
      state: { ...start, picture: 'losses', rules: ['greedy', 'block'] },
      Prose: ({ state }) => {
        const [greedy, both] = [useRule(state, 'greedy'), useRule(state, 'block')]
        if (!greedy || !both) return <p>{<Counting />}</p>
        return (
          <>
            <p>
              Where no single change helps, a pair may: two columns that move against each other. Block descent tries
              random pairs and lowers the loss by another {significant((1 - both.loss / greedy.loss) * 100, 2)} %, for{' '}
              {both.moves - greedy.moves} more moves.
            </p>
            <Ends state={state} />
          </>
        )
      },
      look: 'The curve of pairs is drawn from its start to its end only.',
    },
  ],
})
