// The recipes as chips: the line of the charts, the name, the steps. At least one stays chosen.
import { recipes, type Recipe } from '../quantize/recipes.ts'
import { inOrder } from '../store/url.ts'
import { recipeClass, Swatch } from './marks.tsx'
import { usePlayground, useSession } from './session.ts'

/** 'nearest → greedy'; a step that fixes its own column order says so. */
export function stepsOf(recipe: Recipe): string {
  const transform = recipe.transform.name === 'identity' ? [] : [recipe.transform.name]
  return [...transform, ...recipe.steps.map(({ name }) => name)].join(' → ')
}

export function RecipeChips() {
  const playground = usePlayground()
  const chosen = useSession((session) => session.plan.recipes)
  const toggle = (name: string) => {
    const next = chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]
    if (next.length) playground.change({ recipes: inOrder(next) })
  }
  return (
    <div className="plan-row" role="group" aria-labelledby="recipes-label">
      <div className="field wide">
        <span className="label" id="recipes-label">
          Recipes, solved on the same Hessians
        </span>
        <div className="recipes">
          {recipes.map((recipe) => {
            const only = chosen.length === 1 && chosen[0] === recipe.name
            return (
              <label
                key={recipe.name}
                className={`recipe ${recipeClass(recipe.name)}`}
                title={only ? 'At least one recipe runs' : undefined}
              >
                <input
                  type="checkbox"
                  aria-label={recipe.title}
                  aria-describedby={`steps-${recipe.name}`}
                  checked={chosen.includes(recipe.name)}
                  onChange={() => toggle(recipe.name)}
                />
                <Swatch recipe={recipe.name} />
                <b>{recipe.title}</b>
                <i id={`steps-${recipe.name}`}>{stepsOf(recipe)}</i>
              </label>
            )
          })}
        </div>
      </div>
    </div>
  )
}
