// What the page opens: the bundled model, files, a model on a hub. Files and tokens stay in here, outside of the store;
// nothing is requested before one of these functions is called.
import type { StoreApi } from 'zustand/vanilla'
import { hubEndpoint, type HubModel, hubModel } from '../formats/hub.ts'
import type { FromWorker, NamedBlob, OpenReport, Source, ToWorker } from '../worker/protocol.ts'
import type { LinkedPlan } from './url.ts'
import { planFor } from './mix.ts'
import type { Session } from './session.ts'
import { without } from './without.ts'

type Kind = Source['kind']

/** What opening needs of the page. */
export interface OpeningPage {
  readonly store: StoreApi<Session>
  readonly viewing: { leave(): void }
  readonly matrix: { stop(): void }
  fail(message: string): void
}

export class Opening {
  /** What was opened last, by kind; with the token of a hub, which is kept nowhere else. */
  private readonly sources: Partial<Record<Kind, Source>> = {}
  /** Those that are still without an answer, oldest first. */
  private readonly asked: Source[] = []
  /** What could be opened last, by kind. */
  private readonly good: Partial<Record<Kind, Source>> = {}
  private runWhenOpened: boolean
  /** What the link asks for until its model is open. */
  private mix: string | undefined

  constructor(
    private readonly page: OpeningPage,
    private readonly send: (message: ToWorker) => void,
    private readonly start: () => void,
    { autorun, mix }: LinkedPlan,
  ) {
    // The numbers of a link that names a model are that model's.
    this.runWhenOpened = autorun && this.session.view.model === undefined
    this.mix = mix
  }

  private get session(): Session {
    return this.page.store.getState()
  }

  private replace(session: Session) {
    this.page.store.setState(session, true)
  }

  private open(source: Source) {
    this.page.viewing.leave()
    this.sources[source.kind] = source
    this.asked.push(source)
    const before = without(this.session, 'failure', 'report', 'refused', 'unkept')
    const own = source.kind === 'bundled' ? before.own : { ...before.own, [source.kind]: source.name }
    this.replace({ ...before, own, source: source.kind, reading: true, readBytes: 0 })
    this.send({ type: 'open', source })
  }

  /** Opens the bundled model; runs it at once if asked to. */
  bundled(andRun = this.runWhenOpened) {
    this.runWhenOpened = andRun
    this.open({ kind: 'bundled', name: this.session.bundled })
  }

  /** Opens files and shows what is in them. */
  files(name: string, files: NamedBlob[]) {
    this.show({ kind: 'files', name, files })
  }

  /** The files opened last, and more of them; one that was there before is replaced. */
  add(more: NamedBlob[]) {
    const { files } = this.sources
    if (files?.kind !== 'files') return
    const paths = new Set(more.map(({ path }) => path))
    this.files(files.name, [...files.files.filter(({ path }) => !paths.has(path)), ...more])
  }

  /** Of the files opened last, those in one folder. */
  within(folder: string) {
    const { files } = this.sources
    if (files?.kind !== 'files') return
    const inside = files.files.flatMap(({ path, blob }) =>
      path.startsWith(`${folder}/`) ? [{ path: path.slice(folder.length + 1), blob }] : [],
    )
    this.files(folder.split('/').at(-1) ?? folder, inside)
  }

  /**
   * Requests a model by its id or address, and shows what is in it. `token` is sent to its server alone.
   * @throws InputError when the text is neither.
   */
  hub(text: string, endpoint = hubEndpoint, token?: string) {
    const { id } = hubModel(text, endpoint)
    this.show({ kind: 'hub', name: id, id: text, endpoint, ...(token && { token }) })
  }

  private show(source: Source) {
    this.runWhenOpened = false
    this.open(source)
    this.page.store.setState({ room: 'open' })
  }

  /** Opens what could be opened last of a kind once more, and runs it. */
  again(kind: Kind) {
    if (kind === 'bundled') return this.bundled(true)
    const source = this.good[kind]
    if (!source) return
    this.runWhenOpened = true
    this.open(source)
  }

  /** No longer waits for a checkpoint that is being read. */
  cancel() {
    if (!this.session.reading) return
    this.send({ type: 'cancel' })
    this.replace({ ...without(this.session, 'report', 'unkept'), source: this.session.openedFrom, reading: false })
  }

  heard({ report }: FromWorker & { type: 'opened' }) {
    const { session, page } = this
    const andRun = this.runWhenOpened && session.unavailable === undefined
    this.runWhenOpened = false
    // Those before it gave way to it.
    const at = this.asked.findLastIndex(({ kind, name }) => kind === report.from && name === report.name)
    const source = this.asked.splice(0, at + 1).at(-1)
    if (report.model && source) this.good[report.from] = source
    if (report.layers) {
      // Cells not yet run belong to the model that was open before.
      page.matrix.stop()
      const linked = report.from !== 'bundled' || session.view.model === undefined
      const { plan, problems } = planFor(session.plan, report.layers, linked ? this.mix : undefined)
      if (linked) this.mix = undefined
      const view = this.named(report)
      page.store.setState({ plan, problems: [...session.problems, ...problems], view })
    }
    if (report.model && andRun) this.start()
    // A checkpoint of the user's shows its checks in its own room.
    const refusal = report.checks.find(({ status }) => status === 'error')
    if (!refusal) return
    if (report.from === 'bundled') page.fail(`${report.name}: ${refusal.fact}`)
    else if (session.room !== 'open') page.store.setState({ refused: { name: report.name, fact: refusal.fact } })
  }

  /** The view with the model of a hub that is open now, for the address. */
  private named({ from }: OpenReport): Session['view'] {
    const { view } = this.session
    const source = this.good.hub
    if (from === 'bundled') return view
    const text = from === 'hub' && source?.kind === 'hub' ? hubText(hubModel(source.id, source.endpoint)) : undefined
    return text === undefined ? without(view, 'model') : { ...view, model: text }
  }
}

/** How an address names a model on a hub; undefined where the server's own address has a path. */
export function hubText({ id, endpoint, revision, file }: HubModel): string | undefined {
  const main = revision === 'main'
  if (endpoint === hubEndpoint && file === undefined) return main ? id : `${id}@${revision}`
  if (endpoint !== new URL(endpoint).origin) return undefined
  if (file !== undefined) return `${endpoint}/${id}/blob/${encodeURIComponent(revision)}/${file}`
  return main ? `${endpoint}/${id}` : `${endpoint}/${id}/tree/${encodeURIComponent(revision)}`
}
