// One model's text: grey where all write the same, its first token of its own marked, and the odds at one place.
import { useId, useState } from 'react'
import type { Perplexity } from '../../../pipeline/events.ts'
import { count, recipeTitle, significant } from '../../../store/wording.ts'
import { partingOf, type Story } from '../../../store/writing.ts'
import { Glyph, recipeClass } from '../../marks.tsx'
import { TokenOdds } from './TokenOdds.tsx'

interface Props {
  model: string
  prompt: string
  story: Story | undefined
  unquantized: Story | undefined
  /** Tokens that every text begins with. */
  same: number
  perplexity?: Perplexity | undefined
  context?: number | undefined
}

export function StoryColumn({ model, prompt, story, unquantized, same, perplexity, context }: Props) {
  const own = model !== 'unquantized'
  const parting = own ? partingOf(story, unquantized) : undefined
  const tokens = story?.tokens ?? []
  const [looked, setLooked] = useState<number>()
  const place = Math.min(looked ?? parting ?? tokens.length - 1, tokens.length - 1)
  const grey = own ? (parting ?? tokens.length) : same
  return (
    <article className={`story ${recipeClass(model)}`} aria-label={recipeTitle(model)}>
      <h3>
        <Glyph recipe={model} />
        {recipeTitle(model)}
        {perplexity && <span>perplexity {significant(perplexity.value, 3)}</span>}
      </h3>
      <p className="text">
        <span className="same prompt">{prompt}</span>
        {tokens.map(({ text }, i) => {
          const name = i === parting ? 'fork' : i < grey ? 'same' : ''
          const shown = own && i === place && looked !== undefined ? `${name} looked` : name
          // A mark takes no space in front of it.
          const [, space, rest] = /^(\s*)([^]*)$/.exec(text)!
          return (
            <span key={i} onClick={own ? () => setLooked(i) : undefined}>
              {space}
              {i === parting ? (
                <mark className={shown} title="The first token that the unquantized model did not write">
                  {rest || (text ? '␣' : '…')}
                </mark>
              ) : (
                <span className={shown}>{rest}</span>
              )}
            </span>
          )
        })}
        {!story?.end && tokens.length > 0 && <span className="head" aria-hidden="true" />}
      </p>
      <End story={story} context={context} />
      {own && unquantized && place >= 0 && (
        <>
          <TokenOdds model={model} token={tokens[place]} place={place} parting={parting} unquantized={unquantized} />
          {story?.end && <PlacePicker place={place} of={tokens.length} onChange={setLooked} />}
        </>
      )}
    </article>
  )
}

function End({ story, context }: { story: Story | undefined; context: number | undefined }) {
  if (!story?.end) return null
  const words = {
    end: 'Ends here, says the model.',
    context: `Ends here: the context of ${count(context ?? 0)} tokens is full.`,
    limit: '',
  }[story.end.ending]
  return words ? <p className="story-end">{words}</p> : null
}

function PlacePicker({ place, of, onChange }: { place: number; of: number; onChange(place: number): void }) {
  const id = useId()
  return (
    <div className="place" data-not-in-picture>
      <label htmlFor={id}>
        Odds at token {place + 1} of {of}
      </label>
      <input
        id={id}
        type="range"
        min={1}
        max={of}
        value={place + 1}
        onChange={({ target }) => onChange(Number(target.value) - 1)}
      />
    </div>
  )
}
