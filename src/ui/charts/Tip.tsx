// The box beside the pointer: a head and one line per recipe. Read out when it changes.
import { recipeShort } from '../../store/wording.ts'
import { Glyph, recipeClass } from '../marks.tsx'

interface Props {
  shown: boolean
  head: string
  lines: readonly { recipe: string; value: string }[]
}

export function Tip({ shown, head, lines }: Props) {
  if (!shown || !lines.length) return null
  return (
    <div className="tip" aria-live="polite">
      <b>{head}</b>
      {lines.map(({ recipe, value }) => (
        <span key={recipe} className={recipeClass(recipe)}>
          <Glyph recipe={recipe} />
          <em>{recipeShort(recipe)}</em>
          {value}
        </span>
      ))}
    </div>
  )
}
