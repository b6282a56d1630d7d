// The records of every run, in this browser where it keeps things, else as long as the page is open. What cannot be
// kept is said once.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { RunEvent } from '../pipeline/events.ts'
import { recordOf, renewed, type RunRecord } from './records.ts'
import type { Run } from './run.ts'

/** Where records stay when the page is closed. */
export interface Shelf {
  load(): Promise<RunRecord[]>
  put(records: readonly RunRecord[]): Promise<void>
  remove(keys: readonly string[]): Promise<void>
}

export interface Book {
  /** By key, in the order they were kept. */
  records: ReadonlyMap<string, RunRecord>
  /** `reading`: what was kept before is still being read. `page`: nothing outlives the page. */
  kept: 'reading' | 'browser' | 'page'
  /** Why something is not kept. */
  problem?: string
}

const ofError = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))

export class RecordBook {
  readonly store: StoreApi<Book>
  /** Writing takes turns; never rejects. */
  private writing: Promise<void>

  /** `today`: ISO 8601. Without a shelf records last as long as the page. */
  constructor(
    private readonly shelf?: Shelf,
    private readonly today: () => string = () => '',
  ) {
    this.store = createStore<Book>(() => ({ records: new Map(), kept: shelf ? 'reading' : 'page' }))
    this.writing = shelf ? this.read(shelf) : Promise.resolve()
  }

  /** Resolves when all that was asked for is written or refused. */
  async settled(): Promise<void> {
    await this.writing
  }

  private async read(shelf: Shelf): Promise<void> {
    try {
      const before = await shelf.load()
      const { records } = this.store.getState()
      this.store.setState({ records: new Map([...before.map((one) => [one.key, one] as const), ...records]) })
      this.store.setState({ kept: 'browser' })
    } catch (error) {
      this.store.setState({
        kept: 'page',
        problem: `This browser keeps nothing for this page (${ofError(error)}). Results last until the tab is closed.`,
      })
    }
  }

  /** Keeps what these events of a run have completed; `run` is the run after them. */
  hear(run: Run, events: readonly RunEvent[]) {
    const recipes = new Set<string>()
    for (const event of events) {
      if (event.event === 'layer') recipes.add(event.recipe)
      if (event.event === 'perplexity' && event.model !== 'unquantized') recipes.add(event.model)
    }
    const records = [...recipes].flatMap((recipe) => recordOf(run, recipe, this.today()) ?? [])
    if (records.length) this.keep(records)
  }

  keep(added: readonly RunRecord[]) {
    const records = new Map(this.store.getState().records)
    const kept = added.map((one) => renewed(records.get(one.key), one))
    for (const one of kept) records.set(one.key, one)
    this.store.setState({ records })
    this.write((shelf) => shelf.put(kept))
  }

  /** Forgets all records of a model. */
  clear(fingerprint: string) {
    const all = [...this.store.getState().records.values()]
    const gone = all.filter(({ model }) => model.fingerprint === fingerprint)
    const left = all.filter((one) => !gone.includes(one))
    this.store.setState({ records: new Map(left.map((one) => [one.key, one])) })
    this.write((shelf) => shelf.remove(gone.map(({ key }) => key)))
  }

  private write(work: (shelf: Shelf) => Promise<void>) {
    const { shelf } = this
    if (!shelf) return
    this.writing = this.writing.then(async () => {
      if (this.store.getState().kept === 'page') return
      try {
        await work(shelf)
      } catch (error) {
        const full = error instanceof Error && error.name === 'QuotaExceededError'
        const why = full ? 'The browser has no more room for this page' : 'The browser refused to keep a result'
        this.store.setState({ problem: `${why} (${ofError(error)}). Results last until the tab is closed.` })
      }
    })
  }
}
