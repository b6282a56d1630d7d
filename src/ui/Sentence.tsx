// A sentence of the store: plain words, and names in the colour of their recipe.
import type { Word } from '../store/verdict.ts'
import { recipeClass } from './marks.tsx'

export function Sentence({ words }: { words: readonly Word[] }) {
  return words.map((word, i) =>
    typeof word === 'string' ? (
      word
    ) : (
      <em key={i} className={recipeClass(word.recipe)}>
        {word.text}
      </em>
    ),
  )
}
