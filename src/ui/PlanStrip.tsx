// The experiment: model, bits, group, grid, zero point, calibration, recipes. A change after a run solves again at
// once.
import { useId, useState } from 'react'
import { grids } from '../quantize/grids/index.ts'
import { TENSOR } from '../quantize/problem.ts'
import { bitsWords, isMixed } from '../store/mix.ts'
import { exportNote } from '../store/notes.ts'
import { count, groupWords, millions } from '../store/wording.ts'
import { CalibrationPanel } from './CalibrationPanel.tsx'
import { NumberField } from './NumberField.tsx'
import { Lockable } from './Part.tsx'
import { RecipeChips } from './RecipeChips.tsx'
import { Segments } from './Segments.tsx'
import { SolverPanel, solverWords } from './SolverPanel.tsx'
import { usePlayground, useSession } from './session.ts'

const GROUPS = [32, 64, 128]

export function PlanStrip() {
  const playground = usePlayground()
  const plan = useSession((session) => session.plan)
  const recording = useSession((session) => session.recording !== undefined)
  const layers = useSession((session) => session.opened?.layers)
  const bare = useSession((session) => session.opened?.bare !== undefined && session.recording === undefined)
  const name = useSession((session) => session.opened?.model?.name ?? session.run.model?.name ?? session.bundled)
  const [unfolded, setUnfolded] = useState(false)
  const [open, setOpen] = useState<'texts' | 'solver'>()
  const panel = useId()
  const narrowest = Math.min(...(layers ?? []).map(({ columns }) => columns))
  const mixed = isMixed(plan)
  const bits = [2, 3, 4, 8, ...([2, 3, 4, 8].includes(plan.bits) ? [] : [plan.bits])]
  const refused = layers && exportNote(plan, layers)
  const grid = (grids.find(({ name: known }) => known === plan.grid)?.title ?? plan.grid).toLowerCase()
  return (
    <section className="plan" aria-label="Plan" data-unfolded={unfolded || undefined}>
      <div className="page">
        <div className="plan-short">
          <span>
            <b>{bitsWords(plan)}</b>, {groupWords(plan.group)}, {grid} grid,{' '}
            <span className="nowrap">
              {plan.recipes.length} recipes on <b>{name}</b>
            </span>
          </span>
          <button type="button" className="btn" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
            {unfolded ? 'Fold' : 'Change'}
          </button>
        </div>
        <fieldset className="plan-full" disabled={recording}>
          <legend className="visually-hidden">Plan of the run</legend>
          <div className="plan-row">
            <Lockable name="model">
              <ModelField />
            </Lockable>
            <Lockable name="bits">
              <Segments
                label="Bits"
                segments={[
                  ...bits.sort((a, b) => a - b).map((value) => ({ value: String(value), label: String(value) })),
                  ...(mixed ? [{ value: 'mix', label: 'mix' }] : []),
                ]}
                value={mixed ? 'mix' : String(plan.bits)}
                onChange={(value) => value !== 'mix' && playground.change({ bits: Number(value) })}
              />
            </Lockable>
            <Lockable name="group">
              <div className="joined">
                <Segments
                  label="Group"
                  segments={[
                    ...GROUPS.map((value) => ({
                      value: String(value),
                      label: String(value),
                      ...(value > narrowest ? { reason: `${value} is larger than a row of ${narrowest} columns` } : {}),
                    })),
                    { value: '0', label: 'row' },
                    { value: String(TENSOR), label: 'layer' },
                  ]}
                  value={String(plan.group)}
                  onChange={(value) => playground.change({ group: Number(value) })}
                />
                <NumberField
                  label="Other group size"
                  hideLabel
                  placeholder="other"
                  value={plan.group <= 0 || GROUPS.includes(plan.group) ? undefined : plan.group}
                  min={1}
                  max={Number.isFinite(narrowest) ? narrowest : 1_000_000}
                  onCommit={(group) => playground.change({ group })}
                />
              </div>
            </Lockable>
            <Lockable name="grid">
              <div className="field">
                <label className="label" htmlFor={`${panel}-grid`}>
                  Grid
                </label>
                <select
                  id={`${panel}-grid`}
                  className="select"
                  value={plan.grid}
                  onChange={({ target }) => playground.change({ grid: target.value })}
                >
                  {grids.map(({ name, title, summary }) => (
                    <option key={name} value={name} title={summary}>
                      {title}
                    </option>
                  ))}
                </select>
              </div>
            </Lockable>
            <Lockable name="zero">
              <Segments
                label="Zero point"
                segments={[
                  { value: 'asymmetric', label: 'asymmetric' },
                  { value: 'symmetric', label: 'symmetric' },
                ]}
                value={plan.symmetric ? 'symmetric' : 'asymmetric'}
                onChange={(value) => playground.change({ symmetric: value === 'symmetric' })}
              />
            </Lockable>
            {!bare && (
              <Lockable name="calibration">
                <div className="field">
                  <span className="label">Calibration</span>
                  <button
                    type="button"
                    className="select"
                    aria-expanded={open === 'texts'}
                    aria-controls={panel}
                    onClick={() => setOpen(open === 'texts' ? undefined : 'texts')}
                  >
                    {count(plan.samples)} × {count(plan.window)} tokens
                    <span className="caret" aria-hidden="true" />
                  </button>
                </div>
              </Lockable>
            )}
            <Lockable name="solver">
              <div className="field">
                <span className="label">Solver</span>
                <button
                  type="button"
                  className="select"
                  aria-expanded={open === 'solver'}
                  aria-controls={`${panel}-solver`}
                  onClick={() => setOpen(open === 'solver' ? undefined : 'solver')}
                >
                  {solverWords(plan)}
                  <span className="caret" aria-hidden="true" />
                </button>
              </div>
            </Lockable>
          </div>
          {open === 'texts' && !bare && <CalibrationPanel id={panel} />}
          {open === 'solver' && <SolverPanel id={`${panel}-solver`} />}
          <Lockable name="recipes">
            <RecipeChips />
          </Lockable>
        </fieldset>
        {refused && <p className="reason">{refused}</p>}
      </div>
    </section>
  )
}

function ModelField() {
  const playground = usePlayground()
  const bundled = useSession((session) => session.bundled)
  const good = useSession((session) => session.good)
  const model = useSession((session) => session.opened?.model ?? session.run.model)
  const id = useId()
  const current = useSession((session) => session.openedFrom)
  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        Model
      </label>
      <select
        id={id}
        className="select"
        value={current}
        onChange={({ target }) => {
          if (target.value === 'open') playground.go('open')
          else playground.opening.again(target.value as typeof current)
        }}
      >
        <option value="bundled">{describe(bundled, current === 'bundled' ? model?.parameters : undefined)}</option>
        {(['files', 'hub'] as const).map(
          (kind) =>
            good[kind] !== undefined && (
              <option key={kind} value={kind}>
                {describe(good[kind], current === kind ? model?.parameters : undefined)}
              </option>
            ),
        )}
        <option value="open">Open a checkpoint …</option>
      </select>
    </div>
  )
}

const describe = (name: string, parameters: number | undefined) =>
  parameters === undefined ? name : `${name}, ${millions(parameters)} weights`
