// The matrix at work: cells asked for are run one bit width after another, beside the page's own run and from its
// Hessians. What is done is kept as records; it goes on while the page shows another room, and can be stopped.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { TimedEvent } from '../pipeline/events.ts'
import type { Plan } from '../pipeline/plan.ts'
import { INTERRUPTED } from '../worker/asking.ts'
import type { OwnTexts } from '../worker/questions.ts'
import { type Cell, evaluated, type Measure, sets } from './matrix.ts'
import { Refusal, type Questions } from './questions.ts'
import type { RecordBook } from './records-book.ts'
import { recordOf, scopeOf, settingsKey, settingsOf, type Scope } from './records.ts'
import { emptyRun, fold, type Run } from './run.ts'
import { inOrder } from './url.ts'
import { without } from './without.ts'

export interface Job {
  /** Cells asked for, and how many of them are there. */
  total: number
  done: number
  /** Those not there yet, the current ones first. */
  waiting: readonly Cell[]
  /** What goes on: cells of one bit width. Its phase is 'waiting' until the device is free. */
  now?: { bits: number; group: number; recipes: number; phase: Run['phase']; done: number; of: number }
  /** Milliseconds of work. */
  ms: number
  /** Why it ended early; empty when the user stopped it. */
  problem?: string
}

export interface MatrixState {
  measure: Measure
  /** Rows beside those of the plan and of the records. */
  more: readonly string[]
  /** New cells get a perplexity. */
  perplexity: boolean
  /** What the plan's results are kept under; absent before it is known. */
  scope?: Scope
  /** Why it is not known. */
  problem?: string
  job?: Job
  /** Effective bits per weight that are to be spent, as the bit budget says. */
  budget?: number
}

export interface MatrixParts {
  questions: Pick<Questions, 'ask'>
  records: RecordBook
  /** The plan being edited. */
  store: { getState(): { plan: Plan } }
  /** The user's own. */
  texts: OwnTexts
}

const alike = (a: Cell, b: Cell) => a.recipe === b.recipe && a.bits === b.bits && a.group === b.group

/** What decides the tokens a plan is measured on. */
const tokensKey = ({ window, samples, heldOut, windows }: Plan) => [window, samples, heldOut, windows].join()

export class Matrix {
  readonly store: StoreApi<MatrixState> = createStore<MatrixState>(() => ({
    measure: 'loss',
    more: [],
    perplexity: false,
  }))
  private asked = 0
  private ending: AbortController | undefined

  constructor(private readonly parts: MatrixParts) {}

  private get state(): MatrixState {
    return this.store.getState()
  }

  private get plan(): Plan {
    return this.parts.store.getState().plan
  }

  private set(change: Partial<MatrixState>) {
    this.store.setState(change)
  }

  private job(change: Partial<Job>) {
    if (this.state.job) this.set({ job: { ...this.state.job, ...change } })
  }

  /** Finds out what the plan's results are kept under; an older question does not overtake a newer one. */
  async identify(): Promise<void> {
    const asked = ++this.asked
    const plan = this.plan
    try {
      const identity = await this.parts.questions.ask('identity', { plan, ...this.parts.texts })
      if (asked === this.asked)
        this.store.setState({ ...without(this.state, 'problem'), scope: scopeOf(identity, plan) }, true)
    } catch (error) {
      const rest = without(this.state, 'scope')
      if (asked === this.asked) this.store.setState({ ...rest, problem: (error as Error).message }, true)
    }
  }

  /** Asks for cells; those that wait already are not asked for twice. Resolves when none waits any more. */
  async run(cells: readonly Cell[]): Promise<void> {
    const going = this.ending !== undefined
    const { waiting = [], total = 0, done = 0, ms = 0 } = going ? (this.state.job ?? {}) : {}
    const fresh = cells.filter((cell) => !waiting.some((one) => alike(one, cell)))
    if (!fresh.length) return
    const now = going ? this.state.job?.now : undefined
    this.set({ job: { total: total + fresh.length, done, ms, waiting: [...waiting, ...fresh], ...(now && { now }) } })
    if (going) return
    this.ending = new AbortController()
    const { signal } = this.ending
    try {
      await this.work(this.plan, signal)
    } catch (error) {
      if (!signal.aborted) this.job({ problem: error instanceof Error ? error.message : String(error) })
    } finally {
      this.ending = undefined
      if (this.state.job) this.set({ job: without({ ...this.state.job, waiting: [] }, 'now') })
    }
  }

  stop() {
    this.ending?.abort(new Error('stopped'))
  }

  /** Runs what waits, one bit width at a time; a run that begins meanwhile goes first. */
  private async work(base: Plan, signal: AbortSignal): Promise<void> {
    for (;;) {
      const [set] = sets(this.state.job?.waiting ?? [])
      if (!set) return
      const current = this.plan
      if (settingsKey(settingsOf(current)) !== settingsKey(settingsOf(base)) || tokensKey(current) !== tokensKey(base))
        throw new Error('The plan’s settings or windows changed; cells not yet run were let go.')
      try {
        await this.runSet(base, set, this.state.perplexity || evaluated(this.state.measure), signal)
      } catch (error) {
        if (!(error instanceof Refusal && error.message === INTERRUPTED)) throw error
      }
    }
  }

  private async runSet(base: Plan, set: readonly Cell[], perplexity: boolean, signal: AbortSignal): Promise<void> {
    const [{ bits, group }] = set
    const recipes = inOrder(set.map(({ recipe }) => recipe))
    const windows = perplexity ? base.windows : 0
    const plan: Plan = { ...without(base, 'layerBits'), bits, group, recipes, windows }
    const before = this.state.job?.ms ?? 0
    let run = emptyRun
    const show = () => {
      const evaluations = windows ? recipes.length + 1 : 0
      const solved = run.order.filter((layer) => run.layers[layer].solved).length
      const done = solved + Object.keys(run.perplexity).length
      const now = { bits, group, recipes: recipes.length, phase: run.phase, done, of: run.order.length + evaluations }
      this.job({ now, ms: before + run.at })
    }
    const hear = (events: TimedEvent[]) => {
      run = events.reduce(fold, run)
      this.parts.records.hear(run, events)
      const there = set.filter(({ recipe }) => (windows ? run.perplexity[recipe] : recordOf(run, recipe, '')))
      const { waiting = [], done = 0 } = this.state.job ?? {}
      const left = waiting.filter((cell) => !there.some((one) => alike(one, cell)))
      if (left.length < waiting.length) this.job({ waiting: left, done: done + waiting.length - left.length })
      show()
    }
    show()
    await this.parts.questions.ask('cells', { plan, ...this.parts.texts }, { part: hear, signal })
    const missing = set.filter((cell) => this.state.job?.waiting.some((one) => alike(one, cell)))
    if (missing.length)
      throw new Error(`${missing.length} of ${set.length} cells at ${bits} bits came back without a result`)
  }
}
