// The recipes as chips, family by family: the line of the charts, the name, the steps. At least one stays chosen; more
// come from the composer.
import { useId, useState } from 'react'
import { recipeNamed, recipes, type Recipe } from '../quantize/recipes.ts'
import { familyTitles } from '../store/compose.ts'
import { inOrder } from '../store/url.ts'
import { Composer } from './compose/Composer.tsx'
import { Icon } from './icons.tsx'
import { recipeClass, Swatch } from './marks.tsx'
import { usePlayground, useSession } from './session.ts'

/** Always on offer as chips; the others come by the composer and stay as long as the page is open. */
const OFFERED = ['rtn', 'gptq', 'cyclic', 'cdquant', 'gptq+cdquant']

/** 'nearest → greedy', a transform in front. */
export function stepsOf(recipe: Recipe): string {
  const transform = recipe.transform.name === 'none' ? [] : [recipe.transform.name]
  return [...transform, ...recipe.steps.map(({ name }) => name)].join(' → ')
}

export function RecipeChips() {
  const chosen = useSession((session) => session.plan.recipes)
  const faithful = useSession((session) => session.plan.mode === 'faithful')
  const [seen, setSeen] = useState(OFFERED)
  const [composing, setComposing] = useState(false)
  const composer = useId()
  const shown = inOrder([...seen, ...chosen]).map(recipeNamed)
  if (chosen.some((name) => !seen.includes(name))) setSeen([...new Set([...seen, ...chosen])])
  const families = [...new Set(shown.map(({ family }) => family))]
  return (
    <div className="plan-row" role="group" aria-labelledby="recipes-label">
      <div className="field wide">
        <span className="label" id="recipes-label">
          Recipes: transform × grid × steps, solved on {faithful ? 'Hessians of their own' : 'the same Hessians'}
        </span>
        <div className="recipes">
          {families.map((family) => (
            <div key={family} className="family" role="group" aria-label={familyTitles[family]}>
              {shown
                .filter((recipe) => recipe.family === family)
                .map((recipe) => (
                  <Chip key={recipe.name} recipe={recipe} chosen={chosen} />
                ))}
            </div>
          ))}
          <button
            type="button"
            className="recipe compose"
            aria-expanded={composing}
            aria-controls={composer}
            onClick={() => setComposing(!composing)}
          >
            <Icon name="plus" />
            <b>More recipes</b>
            <i>{recipes.length - OFFERED.length} published, or compose your own</i>
          </button>
        </div>
        {composing && <Composer id={composer} onAdded={() => setComposing(false)} />}
      </div>
    </div>
  )
}

function Chip({ recipe, chosen }: { recipe: Recipe; chosen: readonly string[] }) {
  const playground = usePlayground()
  const id = useId()
  const only = chosen.length === 1 && chosen[0] === recipe.name
  const toggle = () => {
    const { name } = recipe
    const next = chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]
    if (next.length) playground.change({ recipes: inOrder(next) })
  }
  return (
    <label
      className={`recipe ${recipeClass(recipe.name)}`}
      title={only ? 'At least one recipe runs' : familyTitles[recipe.family]}
    >
      <input
        type="checkbox"
        aria-label={recipe.title}
        aria-describedby={id}
        checked={chosen.includes(recipe.name)}
        onChange={toggle}
      />
      <Swatch recipe={recipe.name} />
      <b>{recipe.family === 'composed' ? (recipe.grid?.name ?? 'Own recipe') : recipe.title}</b>
      <i id={id}>{stepsOf(recipe)}</i>
    </label>
  )
}
