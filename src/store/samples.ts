// How many samples are enough, as the page knows it: the points that are there, what is under way, and what they say.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Plan } from '../pipeline/plan.ts'
import type { SamplesEvent, SamplesPoint } from '../pipeline/samples.ts'
import type { OwnTexts } from '../worker/questions.ts'
import { challenger, isPlainRounding, reference } from './compare.ts'
import { bitsWords } from './mix.ts'
import type { Questions } from './questions.ts'
import { without } from './without.ts'
import { count, groupWords, percent, plural, recipeShort } from './wording.ts'

export type SamplesProgress = Exclude<SamplesEvent, { event: 'point' }>

export interface SamplesAsked {
  plan: Plan
  most: number
  heldOut: number
  /** The model by its name, and the text by its own; the bundled one has none here. */
  model: string
  text?: string
}

export interface SamplesState {
  state: 'none' | 'working' | 'stopped' | 'done' | 'refused'
  asked?: SamplesAsked
  points: readonly SamplesPoint[]
  progress?: SamplesProgress
  /** Why it was refused or interrupted. */
  problem?: string
}

export class SamplesStudy {
  readonly store: StoreApi<SamplesState> = createStore<SamplesState>(() => ({ state: 'none', points: [] }))
  private ending: AbortController | undefined

  constructor(private readonly questions: Questions) {}

  /** Never rejects: what goes wrong is in the state. */
  async measure(asked: SamplesAsked, texts: OwnTexts): Promise<void> {
    this.ending?.abort()
    const ending = (this.ending = new AbortController())
    const mine = () => this.ending === ending
    this.store.setState({ state: 'working', asked, points: [] }, true)
    const { plan, most, heldOut } = asked
    const { calibration } = texts
    try {
      await this.questions.ask(
        'samples',
        { plan, most, heldOut, ...(calibration && { calibration }) },
        { part: (event) => mine() && this.hear(event), signal: ending.signal },
      )
      if (mine()) this.end({ state: 'done' })
    } catch (error) {
      if (!mine()) return
      if (ending.signal.aborted) this.end({ state: 'stopped' })
      else this.end({ state: 'refused', problem: error instanceof Error ? error.message : String(error) })
    }
  }

  /** Keeps the points that are there. */
  stop(): void {
    this.ending?.abort()
  }

  private end(state: Pick<SamplesState, 'state' | 'problem'>): void {
    this.store.setState({ ...without(this.store.getState(), 'progress'), ...state }, true)
  }

  private hear(event: SamplesEvent): void {
    if (event.event !== 'point') return this.store.setState({ progress: event })
    const point = without(event, 'event')
    this.store.setState({ points: [...this.store.getState().points, point] })
  }
}

/** 'size 3 of 5, 4 windows: solving by GPTQ' */
export function samplesProgress(progress: SamplesProgress): string {
  const { size, of, windows } = progress
  const place = `Size ${size + 1} of ${of}, ${plural(windows, 'window')}: `
  return progress.event === 'grow'
    ? `${place}calibrating block ${progress.block}`
    : `${place}solving by ${recipeShort(progress.recipe)}`
}

export interface SamplesRow {
  windows: number
  tokens: number
  /** By recipe. */
  heldOut: Readonly<Record<string, number>>
  seen: Readonly<Record<string, number>>
}

/** One row per size, growing. */
export function samplesRows(points: readonly SamplesPoint[]): readonly SamplesRow[] {
  const sizes = [...new Set(points.map(({ windows }) => windows))].sort((a, b) => a - b)
  return sizes.map((windows) => {
    const own = points.filter((point) => point.windows === windows)
    const by = (key: 'heldOut' | 'seen') => Object.fromEntries(own.map((point) => [point.recipe, point[key]]))
    return { windows, tokens: own[0].tokens, heldOut: by('heldOut'), seen: by('seen') }
  })
}

/** A doubling that brings less is not worth its windows. */
export const WORTH = 0.02

/** From this size on every doubling lowers the loss by less than `WORTH`; undefined where the last one still does. */
export function enoughWindows(rows: readonly SamplesRow[], recipe: string): number | undefined {
  let enough: number | undefined
  for (let i = rows.length - 1; i > 0; i--) {
    const [before, after] = [rows[i - 1].heldOut[recipe], rows[i].heldOut[recipe]]
    if (before === undefined || after === undefined || 1 - after / before >= WORTH) break
    enough = rows[i - 1].windows
  }
  return enough
}

/** Whom the finding speaks of: plain rounding learns nothing from samples. */
export function studiedFirst(recipes: readonly string[]): string | undefined {
  const wanted = [challenger(recipes), reference(recipes)]
  return wanted.find((recipe) => recipe !== undefined && !isPlainRounding(recipe)) ?? wanted[0] ?? wanted[1]
}

/** Plain rounding, the yardstick and the challenger, as far as a plan has them. */
export function studied(recipes: readonly string[]): string[] {
  const wanted = [recipes.find(isPlainRounding), reference(recipes), challenger(recipes)]
  return recipes.filter((recipe) => wanted.includes(recipe))
}

/** Too few windows mislead: up to how many it loses no less than plain rounding, which needs none. */
function misled(rows: readonly SamplesRow[], recipe: string): string {
  const rounding = Object.keys(rows[0].heldOut).find(isPlainRounding)
  if (rounding === undefined || rounding === recipe) return ''
  const worse = rows.filter(({ heldOut }) => heldOut[recipe] >= heldOut[rounding])
  const last = worse.at(-1)
  if (!last) return ''
  const all = last === rows.at(-1) ? 'Even with' : 'With'
  return ` ${all} ${plural(last.windows, 'window')} it loses no less than ${recipeShort(rounding)}.`
}

/** What the points say of a recipe; undefined before there are two of it. */
export function samplesFinding(rows: readonly SamplesRow[], recipe: string): string | undefined {
  const own = rows.filter(({ heldOut }) => heldOut[recipe] !== undefined)
  if (own.length < 2) return undefined
  const [before, after] = own.slice(-2)
  const change = after.heldOut[recipe] / before.heldOut[recipe] - 1
  const name = recipeShort(recipe)
  const turn = change < 0 ? `falls by ${percent(-change)}` : change > 0 ? `rises by ${percent(change)}` : 'stays'
  const last = `From ${count(before.windows)} to ${plural(after.windows, 'window')} the held-out loss of ${name} ${turn}.`
  const enough = enoughWindows(own, recipe)
  const limit = percent(WORTH).replace('.0', '')
  const more =
    enough === undefined
      ? 'More windows would still help.'
      : `${plural(enough, 'window')} ${enough === 1 ? 'is' : 'are'} enough here: each doubling after that brings less than ${limit}.`
  return `${last} ${more}${misled(own, recipe)}`
}

/** '3 bits, one group per row; 16 held-out windows of 256 tokens' */
export function samplesSettings({ plan, heldOut }: SamplesAsked): string {
  return `${bitsWords(without(plan, 'layerBits'))}, ${groupWords(plan.group)}; ${plural(heldOut, 'held-out window')} of ${count(plan.window)} tokens`
}
