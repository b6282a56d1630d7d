// What the models write, as the page knows it: the tokens that are there, where texts part, and what is under way.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { WriteEvent, WritePlan, Written, WrittenToken } from '../pipeline/generate-compare.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { Questions } from './questions.ts'
import { list, plural, recipeShort } from './wording.ts'

/** One model's text, as far as it is there. */
export interface Story {
  tokens: readonly WrittenToken[]
  /** Absent while it is being written. */
  end?: Pick<Written, 'ending' | 'agreed'>
}

export interface WritingState {
  state: 'none' | 'working' | 'stopped' | 'done' | 'refused'
  asked?: WritePlan
  /** Of the run that solved the recipes. */
  plan?: Plan
  /** Name of the model. */
  model?: string
  /** By model, 'unquantized' first. */
  stories: Readonly<Record<string, Story>>
  /** Why it was refused. */
  problem?: string
}

const empty: Story = { tokens: [] }

/** One event more. Pure. */
export function foldStories(stories: WritingState['stories'], event: WriteEvent): WritingState['stories'] {
  if (event.event === 'prompt') return {}
  const story = stories[event.model] ?? empty
  if (event.event === 'token') return { ...stories, [event.model]: { tokens: [...story.tokens, event.token] } }
  const { ending, agreed } = event
  return { ...stories, [event.model]: { ...story, end: { ending, ...(agreed !== undefined && { agreed }) } } }
}

/** Tokens before the first that is not the unquantized model's; undefined while there is none. */
export function partingOf(story: Story | undefined, unquantized: Story | undefined): number | undefined {
  if (!story || !unquantized) return undefined
  const place = story.tokens.findIndex(({ id }, i) => id !== unquantized.tokens[i]?.id)
  return place < 0 ? undefined : place
}

/** 'GPTQ writes the same 60 tokens', 'GPTQ agrees for 24 of 60 tokens', 'GPTQ differs from the first token on' */
function agreement(recipe: string, story: Story, unquantized: Story): string {
  const name = recipeShort(recipe)
  const place = partingOf(story, unquantized)
  if (place === undefined) return `${name} writes the same ${plural(story.tokens.length, 'token')}`
  if (place === 0) return `${name} differs from the first token on`
  return `${name} agrees for ${place} of ${plural(unquantized.tokens.length, 'token')}`
}

/** What has been found; undefined before a recipe has ended. */
export function writingFinding({ asked, stories }: WritingState): string | undefined {
  const { unquantized } = stories
  const ended = (asked?.recipes ?? []).filter((recipe) => stories[recipe]?.end)
  if (!unquantized || !ended.length) return undefined
  return `${list(ended.map((recipe) => agreement(recipe, stories[recipe], unquantized)))}.`
}

/** 'GPTQ writes: token 24 of 60' */
export function writingProgress({ asked, stories }: WritingState): string {
  if (!asked) return ''
  const order = ['unquantized', ...asked.recipes]
  const name = order.find((model) => !stories[model]?.end) ?? order.at(-1)!
  const written = stories[name]?.tokens.length ?? 0
  if (name === 'unquantized' && written === 0) return 'Waits for the device.'
  return `${recipeShort(name)} writes: token ${written} of ${asked.tokens}.`
}

/** Everything that was written, for the clipboard. */
export function storiesText({ asked, stories }: WritingState): string {
  const texts = Object.entries(stories).map(([model, { tokens }]) => {
    return `${recipeShort(model)}\n${asked?.prompt ?? ''}${tokens.map(({ text }) => text).join('')}`
  })
  return `${texts.join('\n\n')}\n`
}

export class Writing {
  readonly store: StoreApi<WritingState> = createStore<WritingState>(() => ({ state: 'none', stories: {} }))
  private ending: AbortController | undefined

  constructor(private readonly questions: Questions) {}

  /** Never rejects: what goes wrong is in the state. */
  async write(asked: WritePlan, about: Pick<WritingState, 'plan' | 'model'>): Promise<void> {
    this.ending?.abort()
    const ending = (this.ending = new AbortController())
    const mine = () => this.ending === ending
    this.store.setState({ state: 'working', asked, ...about, stories: {} }, true)
    try {
      await this.questions.ask('write', asked, {
        part: (events) => mine() && this.hear(events),
        signal: ending.signal,
      })
      if (mine()) this.store.setState({ state: 'done' })
    } catch (error) {
      if (!mine()) return
      if (ending.signal.aborted) this.store.setState({ state: 'stopped' })
      else this.store.setState({ state: 'refused', problem: error instanceof Error ? error.message : String(error) })
    }
  }

  /** Keeps what is written. */
  stop(): void {
    this.ending?.abort()
  }

  private hear(events: readonly WriteEvent[]): void {
    this.store.setState({ stories: events.reduce(foldStories, this.store.getState().stories) })
  }
}
