// The box beside the pointer: a head and one line per recipe. Read out once it stands still.
import { recipeShort, recipeTitle } from '../../store/wording.ts'
import { Glyph, recipeClass } from '../marks.tsx'
import { useStill } from '../same.ts'

interface Props {
  shown: boolean
  head: string
  lines: readonly { recipe: string; value: string }[]
}

/** A place is read out when it has been pointed at for so long. */
const STILL_MS = 350

export function Tip({ shown, head, lines }: Props) {
  const text = shown && lines.length ? [head, ...lines.map(sentence)].join('; ') : ''
  return (
    <>
      <Box shown={shown} head={head} lines={lines} />
      <p className="visually-hidden" aria-live="polite">
        {useStill(text, STILL_MS)}
      </p>
    </>
  )
}

const sentence = ({ recipe, value }: Props['lines'][number]) => `${recipeTitle(recipe)} ${value}`

function Box({ shown, head, lines }: Props) {
  if (!shown || !lines.length) return null
  return (
    <div className="tip" aria-hidden="true">
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
