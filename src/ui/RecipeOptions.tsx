// Recipes as the choices of a select, family by family.
import type { Recipe } from '../quantize/recipes.ts'
import { familyTitles } from '../store/compose.ts'

export function RecipeOptions({ recipes }: { recipes: readonly Recipe[] }) {
  const families = [...new Set(recipes.map(({ family }) => family))]
  return families.map((family) => (
    <optgroup key={family} label={familyTitles[family]}>
      {recipes
        .filter((recipe) => recipe.family === family)
        .map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
    </optgroup>
  ))
}
