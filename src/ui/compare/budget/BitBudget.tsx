// Spend a bit budget: bits for every layer by measured losses, the mix it buys, and the run that verifies it.
import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import { budgetPath, commonBits, mixWithin, uniformMix, type LayerChoices, type Pins } from '../../../store/budget.ts'
import { layerChoices, mixNumbers, weightsOf, widthsToMeasure } from '../../../store/budget-choices.ts'
import { againstUniform, bitsText, lossWords, measuredWords, sizeWords } from '../../../store/budget-words.ts'
import { challenger, reference } from '../../../store/compare.ts'
import { csv } from '../../../store/csv.ts'
import type { RunRecord } from '../../../store/records.ts'
import { inOrder } from '../../../store/url.ts'
import { plural, recipeTitle } from '../../../store/wording.ts'
import type { LayerFacts } from '../../../pipeline/events.ts'
import { Download } from '../../download/Download.tsx'
import { NumberField } from '../../NumberField.tsx'
import { usePaced } from '../../same.ts'
import { usePlayground, useSession } from '../../session.ts'
import { useResults } from '../results.ts'
import { BitPainter } from './BitPainter.tsx'
import { BudgetSlider } from './BudgetSlider.tsx'
import { deskOf } from './desk.ts'
import { MeasureWidths } from './MeasureWidths.tsx'
import { MixActions } from './MixActions.tsx'
import './budget.css'

export function BitBudget() {
  const playground = usePlayground()
  const plan = useSession((session) => session.plan)
  const layers = useSession((session) => session.opened?.layers)
  const unavailable = useSession((session) => session.unavailable !== undefined)
  const { recipe: chosen } = useStore(deskOf(playground).store)
  const { records: here, fixed } = useResults()
  const recipes = inOrder([...plan.recipes, ...here.map(({ recipe }) => recipe)])
  const wanted = chosen ?? challenger(plan.recipes) ?? reference(plan.recipes) ?? ''
  const recipe = recipes.includes(wanted) ? wanted : recipes[0]
  const { group } = plan
  const choices = useChoices(here, layers, recipe, group)
  const spendable = choices && commonBits(choices).length > 1
  return (
    <section className="figure budget-figure" aria-label="Bit budget">
      <header>
        <div>
          <h2>Spend a bit budget</h2>
          <p className="caption">
            Slide, and the layers where a bit saves most loss get it first. Press a layer to pin its own.
          </p>
        </div>
        <div className="chips">
          <label className="visually-hidden" htmlFor="budget-recipe">
            Recipe of the budget
          </label>
          <select
            id="budget-recipe"
            className="select"
            value={recipe}
            onChange={({ target }) => deskOf(playground).choose(target.value)}
          >
            {recipes.map((name) => (
              <option key={name} value={name}>
                {recipeTitle(name)}
              </option>
            ))}
          </select>
          {spendable && layers && <BudgetDownload choices={choices} layers={layers} />}
        </div>
      </header>
      {fixed || unavailable ? (
        <p className="empty">This needs WebGPU: a recorded run has its layers at one width only.</p>
      ) : plan.mode === 'faithful' ? (
        <p className="empty">
          In faithful mode the loss of a layer depends on the bits of those before it, so no sum can be predicted. The
          plan’s quick mode has a budget.
        </p>
      ) : (
        <>
          {spendable && layers && <Spending choices={choices} layers={layers} recipe={recipe} />}
          <MeasureWidths recipe={recipe} group={group} widths={widthsToMeasure(choices)} begun={!!spendable} />
        </>
      )}
    </section>
  )
}

function useChoices(
  records: readonly RunRecord[],
  layers: readonly LayerFacts[] | undefined,
  recipe: string,
  group: number,
) {
  return useMemo(
    () => (layers ? layerChoices(records, layers, { recipe, group }) : undefined),
    [records, layers, recipe, group],
  )
}

/** What the budget buys; the pins that these layers can have. */
function useMix(choices: readonly LayerChoices[]) {
  const playground = usePlayground()
  const { budget, pins: asked } = useStore(deskOf(playground).store)
  const bits = useSession((session) => session.plan.bits)
  return useMemo(() => {
    const pins: Pins = Object.fromEntries(
      Object.entries(asked).filter(([layer, width]) =>
        choices.some((one) => one.layer === layer && one.choices.some((choice) => choice.bits === width)),
      ),
    )
    const path = budgetPath(choices, pins)
    const weights = weightsOf(choices)
    const uniforms = commonBits(choices).flatMap((width) => {
      const mix = uniformMix(choices, width)
      return mix ? [{ bits: width, numbers: mixNumbers(mix, choices) }] : []
    })
    const plain = uniforms.find((uniform) => uniform.bits === bits) ?? uniforms[0]
    const at = mixWithin(path, (budget ?? plain.numbers.effectiveBits) * weights)
    return { pins, path, at, mix: path[at], numbers: mixNumbers(path[at], choices), uniforms, weights }
  }, [choices, asked, budget, bits])
}

interface SpendingProps {
  choices: readonly LayerChoices[]
  layers: readonly LayerFacts[]
  recipe: string
}

function Spending({ choices, layers, recipe }: SpendingProps) {
  const playground = usePlayground()
  const desk = deskOf(playground)
  const { pins, path, at, mix, numbers, uniforms, weights } = useMix(choices)
  const stops = useMemo(
    () => path.map(({ cost, loss }) => ({ effectiveBits: cost / weights, meanLoss: loss / choices.length })),
    [path, weights, choices],
  )
  const shown = usePaced(numbers.effectiveBits, 200)
  useEffect(() => playground.matrix.store.setState({ budget: shown }), [playground, shown])
  const bits = mix.choices.map((choice) => choice.bits)
  const pinned = Object.keys(pins).length
  return (
    <>
      <div className="budget">
        <BudgetSlider
          stops={stops}
          at={at}
          uniforms={uniforms}
          onStop={(index) => desk.spend(stops[index].effectiveBits)}
          onBudget={(effectiveBits) => desk.spend(effectiveBits)}
        />
        <dl className="budget-result">
          <Result name="effective bits" value={bitsText(numbers.effectiveBits)} />
          <Result name="mean relative loss" value={lossWords(numbers.meanLoss)} />
          <Result name="of weights" value={sizeWords(numbers.bytes)} />
        </dl>
      </div>
      <BitPainter
        layers={layers}
        bits={bits}
        pins={pins}
        widths={commonBits(choices)}
        onPin={(layer, width) => desk.pin(layer, width)}
      />
      <p className="note">
        Fuller colour, more bits. {againstUniform(numbers, uniforms)} {measuredWords(recipe, commonBits(choices))}{' '}
        {pinned
          ? `With ${plural(pinned, 'layer')} pinned, no other bits of the rest lose less at this size.`
          : 'At every stop of the slider no other mix of this size loses less, as the mean counts it: each layer once.'}
      </p>
      <MixActions recipe={recipe} layers={layers} bits={bits} predicted={numbers.meanLoss} pinned={pinned}>
        <NumberField
          label="Budget, effective bits"
          value={Number(bitsText(numbers.effectiveBits))}
          min={Number(bitsText(stops[0].effectiveBits))}
          max={Number(bitsText(stops[stops.length - 1].effectiveBits))}
          real
          onCommit={(budget) => desk.spend(budget)}
        />
      </MixActions>
    </>
  )
}

function Result({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function BudgetDownload({ choices, layers }: Omit<SpendingProps, 'recipe'>) {
  const { mix, pins } = useMix(choices)
  const rows = () =>
    layers.map(({ layer, rows, columns }, i) => {
      const { bits, cost, loss } = mix.choices[i]
      return [layer, rows, columns, bits, cost / (rows * columns), loss, Object.hasOwn(pins, layer) ? 'pinned' : '']
    })
  const head = ['layer', 'rows', 'columns', 'bits', 'effective bits', 'relative loss', 'pinned']
  return <Download name="bit-budget" csv={() => csv([head, ...rows()])} />
}
