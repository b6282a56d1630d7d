// The recipe composer: a published recipe to begin with, or transform × grid × steps of one's own.
import { useId, useState } from 'react'
import { grids } from '../../quantize/grids/index.ts'
import { recipes } from '../../quantize/recipes.ts'
import { transforms } from '../../quantize/transforms/index.ts'
import { draftOf, draftProblems, emptyDraft, nearestPreset, recipeOf } from '../../store/compose.ts'
import type { Draft } from '../../store/compose.ts'
import { inOrder } from '../../store/url.ts'
import { list } from '../../store/wording.ts'
import { RecipeOptions } from '../RecipeOptions.tsx'
import { Swatch } from '../marks.tsx'
import { usePlayground, useSession } from '../session.ts'
import { StageList } from './StageList.tsx'
import { StepChain } from './StepChain.tsx'
import './compose.css'

export function Composer({ id, onAdded }: { id: string; onAdded(): void }) {
  const playground = usePlayground()
  const plan = useSession((session) => session.plan)
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const problems = draftProblems(draft, plan.recipes)
  const published = useId()
  const recipe = draft.steps.length ? recipeOf(draft) : undefined
  const plans = { order: plan.order, damp: plan.damp, seed: plan.seed }
  const own = grids.find(({ name }) => name === plan.grid)?.title ?? plan.grid
  const add = () => {
    if (!recipe) return
    playground.change({ recipes: inOrder([...plan.recipes, recipe.name]) })
    setDraft(emptyDraft)
    onAdded()
  }
  return (
    <section className="composer" id={id} aria-label="Compose a recipe">
      <div className="field composer-start">
        <label className="label" htmlFor={published}>
          Begin with a published recipe
        </label>
        <select
          id={published}
          className="select"
          value={recipes.some(({ name }) => name === recipe?.name) ? recipe?.name : ''}
          onChange={({ target }) => {
            const chosen = recipes.find(({ name }) => name === target.value)
            setDraft(chosen ? draftOf(chosen) : emptyDraft)
          }}
        >
          <option value="">{draft.steps.length ? 'none of them' : 'choose …'}</option>
          <RecipeOptions recipes={recipes} />
        </select>
      </div>
      <StageList
        title="Transform"
        stages={transforms}
        choice={draft.transform}
        plans={plans}
        onChange={(transform) => setDraft({ ...draft, transform: transform ?? { name: 'none' } })}
      />
      <StageList
        title="Grid"
        stages={grids}
        choice={draft.grid}
        none={{ title: 'The plan’s', summary: `Now ${own.toLowerCase()}: the same levels as the other recipes.` }}
        plans={plans}
        onChange={(grid) => {
          const { transform, steps } = draft
          setDraft({ transform, steps, ...(grid && { grid }) })
        }}
      />
      <StepChain chain={draft.steps} plans={plans} onChange={(steps) => setDraft({ ...draft, steps })} />
      <div className="composed">
        {recipe && (
          <p className="name">
            <Swatch recipe={recipe.name} />
            <b>{recipe.title}</b>
          </p>
        )}
        {recipe && <p className="quiet">{about(draft)}</p>}
        <div className="reasons" aria-live="polite">
          {problems.map((problem) => (
            <p key={problem}>{problem}</p>
          ))}
        </div>
        <button type="button" className="btn primary" disabled={problems.length > 0} onClick={add}>
          Add recipe
        </button>
      </div>
    </section>
  )
}

/** What a reader should know of a draft: its source, or the nearest published recipe and what differs. */
function about(draft: Draft): string {
  const { recipe, differences } = nearestPreset(draft)
  if (!differences.length) return recipe.source?.text ?? `The published recipe ${recipe.title}.`
  return `Not a published recipe. Nearest: ${recipe.title}; here ${list(differences)}.`
}
