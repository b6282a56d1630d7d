// What this page lets models write: it goes on while other rooms are looked at, and what was typed stays.
import { createStore, type StoreApi } from 'zustand/vanilla'
import { challenger, reference } from '../../../store/compare.ts'
import type { Playground } from '../../../store/playground.ts'
import { Writing } from '../../../store/writing.ts'

export interface WriteForm {
  prompt: string
  /** Chosen recipes; undefined: the two that are compared first, '': none. */
  picks: readonly [string | undefined, string | undefined]
  tokens: number
  /** False: always the likeliest token. */
  drawn: boolean
  temperature: number
  seed: number
}

export const examples = [
  {
    title: 'Hide and seek',
    prompt:
      'One snowy morning, when deep snow covered the fields, Otto and Nora played hide and seek. Otto closed his eyes',
  },
  { title: 'A new story', prompt: 'Once upon a time, a' },
  { title: 'A shy bear', prompt: 'This is the story of Otto, a shy bear' },
] as const

/** The two recipes that write: those chosen, as far as the run has them. */
export function chosen(picks: WriteForm['picks'], recipes: readonly string[]): [string, string] {
  const first = picks[0] !== undefined && recipes.includes(picks[0]) ? picks[0] : (challenger(recipes) ?? recipes[0])
  const usual = [reference(recipes), ...recipes].find((name) => name !== undefined && name !== first) ?? ''
  const second = picks[1] !== undefined && (picks[1] === '' || recipes.includes(picks[1])) ? picks[1] : usual
  return [first ?? '', second === first ? '' : second]
}

export class WriteDesk {
  readonly form: StoreApi<WriteForm> = createStore<WriteForm>(() => ({
    prompt: examples[0].prompt,
    picks: [undefined, undefined],
    tokens: 60,
    drawn: false,
    temperature: 0.7,
    seed: 1,
  }))
  readonly writing: Writing
  /** A run was begun for the sake of its texts. */
  private due = false

  constructor(private readonly playground: Playground) {
    this.writing = new Writing(playground.questions)
    playground.store.subscribe(({ state }) => {
      if (!this.due || (state !== 'finished' && state !== 'stopped' && state !== 'failed')) return
      this.due = false
      if (state === 'finished') this.ask()
    })
  }

  /** Writes from the run on the page; begins one where there is none. */
  write(): void {
    const { run } = this.playground.store.getState()
    if (run.plan) return this.ask()
    this.playground.run()
    this.due = true
  }

  /** Solves with other bits first, if anything was written before. */
  solve(bits: number): void {
    const { state } = this.writing.store.getState()
    this.writing.stop()
    this.playground.change({ bits })
    this.due = state !== 'none' && this.playground.store.getState().state === 'running'
  }

  private ask(): void {
    const { run } = this.playground.store.getState()
    if (!run.plan) return
    const { prompt, picks, tokens, drawn, temperature, seed } = this.form.getState()
    const recipes = chosen(picks, run.plan.recipes).filter((name) => name !== '')
    const asked = { prompt, recipes, tokens, temperature: drawn ? temperature : 0, seed }
    void this.writing.write(asked, { plan: run.plan, ...(run.model && { model: run.model.name }) })
  }
}

const desks = new WeakMap<Playground, WriteDesk>()

export function writeDeskOf(playground: Playground): WriteDesk {
  let desk = desks.get(playground)
  if (!desk) desks.set(playground, (desk = new WriteDesk(playground)))
  return desk
}
