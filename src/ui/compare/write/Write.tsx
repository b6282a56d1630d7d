// What they write: the unquantized model and two recipes continue the same prompt.
import { useState } from 'react'
import { useStore } from 'zustand'
import { csv } from '../../../store/csv.ts'
import { groupWords } from '../../../store/wording.ts'
import { bitsWords } from '../../../store/mix.ts'
import { partingOf, storiesText, writingFinding, type WritingState } from '../../../store/writing.ts'
import { copyText } from '../../clipboard.ts'
import { Download } from '../../download/Download.tsx'
import { Lockable } from '../../Part.tsx'
import { Segments } from '../../Segments.tsx'
import { Strip } from '../../Strip.tsx'
import { usePlayground, useSession } from '../../session.ts'
import { writeDeskOf } from './desk.ts'
import { StoryColumn } from './StoryColumn.tsx'
import { WriteForm } from './WriteForm.tsx'
import './write.css'

export function Write() {
  const playground = usePlayground()
  const desk = writeDeskOf(playground)
  const writing = useStore(desk.writing.store)
  const plan = useSession((session) => session.plan)
  const recording = useSession((session) => session.recording)
  const { state, stories } = writing
  const written = Object.keys(stories).length > 0
  return (
    <section className="figure write-figure" aria-label="What they write">
      <header>
        <div>
          <h2>What they write</h2>
          <p className="caption" aria-live="polite">
            {writingFinding(writing) ?? 'The unquantized model and two recipes continue the same prompt.'}
            {written &&
              ' Grey agrees with the unquantized model; the marked token is the first that does not. Ticks: the unquantized model’s odds.'}
          </p>
        </div>
        {!recording && (
          <Lockable name="bits">
            <Segments
              label="Bits of the run"
              hideLabel
              small
              segments={['2', '3', '4', '8'].map((value) => ({ value, label: value }))}
              value={plan.layerBits ? '' : String(plan.bits)}
              onChange={(value) => desk.solve(Number(value))}
            />
          </Lockable>
        )}
        {written && <Copy writing={writing} />}
        {written && <Download name="texts" csv={() => oddsCsv(writing)} />}
      </header>
      {recording ? (
        <Strip tone="neutral" title={recording.saved ? 'A saved run is on the screen.' : 'This is a recorded run.'}>
          It holds losses, not weights, so that nothing can be written from it. A run of your own needs WebGPU.
        </Strip>
      ) : (
        <WriteForm desk={desk} />
      )}
      {state === 'refused' && (
        <Strip tone="warn" title={`Nothing more was written: ${writing.problem ?? ''}.`}>
          {written ? 'What was written before stays below.' : ''}
        </Strip>
      )}
      {(written || state === 'working') && <Stories writing={writing} />}
    </section>
  )
}

function Stories({ writing }: { writing: WritingState }) {
  const run = useSession((session) => session.run)
  const { asked, plan, stories } = writing
  if (!asked) return null
  const { unquantized } = stories
  const partings = asked.recipes.map((recipe) => partingOf(stories[recipe], unquantized))
  const same = Math.min(...partings.map((place) => place ?? unquantized?.tokens.length ?? 0))
  const current = plan === run.plan
  return (
    <>
      <div className={`stories of-${asked.recipes.length + 1}`}>
        {['unquantized', ...asked.recipes].map((model) => (
          <StoryColumn
            key={model}
            model={model}
            prompt={asked.prompt}
            story={stories[model]}
            unquantized={unquantized}
            same={same}
            perplexity={current ? run.perplexity[model] : undefined}
            context={run.model?.context}
          />
        ))}
      </div>
      <p className="note">
        {plan && `Written at ${bitsWords(plan)}, ${groupWords(plan.group)}. `}
        {asked.temperature === 0
          ? 'Always the likeliest token. '
          : `Tokens drawn at temperature ${asked.temperature}, seed ${asked.seed}; odds are those before the temperature. `}
        {!current && 'The run on this page is another one by now: write again to read its texts.'}
      </p>
    </>
  )
}

function Copy({ writing }: { writing: WritingState }) {
  const [copied, setCopied] = useState<WritingState>()
  return (
    <button
      type="button"
      className="btn"
      data-not-in-picture
      onClick={() => setCopied(copyText(storiesText(writing)) ? writing : undefined)}
    >
      <span aria-live="polite">{copied === writing ? 'Copied' : 'Copy texts'}</span>
    </button>
  )
}

/** Every token with its odds. */
function oddsCsv({ stories }: WritingState): string {
  const rows = Object.entries(stories).flatMap(([model, { tokens }]) =>
    tokens.map(({ id, text, probability, unquantized }, i) => [model, i + 1, id, text, probability, unquantized]),
  )
  return csv([['model', 'place', 'token', 'text', 'probability', 'unquantized'], ...rows])
}
