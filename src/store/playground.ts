// What the page can do: every action of the user as one function, over a store and the wire to the worker.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Plan } from '../pipeline/plan.ts'
import type { FromWorker, NamedBlob, NamedText, OpenReport, Source } from '../worker/protocol.ts'
import { focusLayer } from './compare.ts'
import { Playback } from './playback.ts'
import type { PlaygroundOptions } from './playground-options.ts'
import { Matrix } from './matrix-job.ts'
import { changedPlan, planFor } from './mix.ts'
import { newSession, receive, type Room, type Session } from './session.ts'
import { Questions } from './questions.ts'
import { RecordBook } from './records-book.ts'
import { plainView, unlocked, type View } from './view.ts'
import { Viewing } from './viewing.ts'
import { without } from './without.ts'

export type TextUse = 'calibration' | 'evaluation'

/** Store and actions. Files, texts and the wire stay in here, outside of the store. */
export class Playground {
  readonly store: StoreApi<Session>
  /** What rooms ask the worker beside the run. */
  readonly questions: Questions
  /** Results of every run, this one's and those before. */
  readonly records: RecordBook
  /** Bits and recipes beside the run: what is asked for and what it works on. */
  readonly matrix: Matrix
  readonly texts: Partial<Record<TextUse, NamedText>> = {}
  private dropped: Source | undefined
  /** The recording on screen, if any; its scrubber and speed are its own. */
  playback: Playback | undefined
  /** A saved run in the place of the live one. */
  readonly viewing: Viewing
  private runWhenOpened: boolean
  /** A run has been asked for, though the worker may not have said so yet. */
  private asked = false
  /** What the link asks for until a model is open. */
  private mix: string | undefined

  constructor(private readonly options: PlaygroundOptions) {
    const { plan, problems, autorun } = options.link
    const { room = 'play', view = plainView, layer, problems: others = [] } = options.linkedView ?? {}
    this.store = createStore<Session>(() => ({
      ...newSession(plan, [...problems, ...others], options.bundled, view, room),
      ...(layer !== undefined && { selected: layer }),
    }))
    this.runWhenOpened = autorun
    this.mix = options.link.mix
    this.questions = new Questions(options.client)
    this.records = options.records ?? new RecordBook()
    this.matrix = new Matrix(this)
    this.viewing = new Viewing(this, (message) => this.hear(message))
    options.client.listen((message) => this.hear(message))
  }

  private get session(): Session {
    return this.store.getState()
  }

  private set(change: Partial<Session>) {
    this.store.setState(change)
  }

  private replace(session: Session) {
    this.store.setState(session, true)
  }

  private hear(message: FromWorker) {
    if (this.questions.hear(message) || this.viewing.hear(message)) return
    // A recording is on screen: checkpoints can still be looked at, but nothing runs.
    if (this.playback && message.type === 'failed') return this.fail(message.message)
    if (this.playback && message.type !== 'opening' && message.type !== 'opened') return
    try {
      this.replace(receive(this.session, message))
    } catch (error) {
      // Events that do not fit the run on screen are a defect, and said as one.
      return this.set({ state: 'failed', failure: { kind: 'internal', message: (error as Error).message } })
    }
    if (message.type === 'events') this.records.hear(this.session.run, message.events)
    if (message.type === 'unavailable') void this.playRecording()
    if (message.type === 'opened') this.heardOpened(message.report)
  }

  private heardOpened(report: OpenReport) {
    const andRun = this.runWhenOpened && this.session.unavailable === undefined
    this.runWhenOpened = false
    if (report.layers) {
      // Cells not yet run belong to the model that was open before.
      this.matrix.stop()
      const { plan, problems } = planFor(this.session.plan, report.layers, this.mix)
      this.mix = undefined
      this.set({ plan, problems: [...this.session.problems, ...problems] })
    }
    if (report.model && andRun) this.start(false)
    // Dropped checkpoints show their checks in their own room.
    const refusal = report.checks.find(({ status }) => status === 'error')
    if (!refusal) return
    if (report.from === 'bundled') this.fail(`${report.name}: ${refusal.fact}`)
    else if (this.session.room !== 'open') this.set({ refused: { name: report.name, fact: refusal.fact } })
  }

  private open(source: Source) {
    this.viewing.leave()
    const from = source.kind === 'bundled' ? 'bundled' : 'dropped'
    this.replace({ ...without(this.session, 'failure', 'report', 'refused'), source: from, reading: true })
    this.options.client.send({ type: 'open', source })
  }

  /** Opens the bundled model; runs it at once if asked to. */
  openBundled(andRun = this.runWhenOpened) {
    this.runWhenOpened = andRun
    this.open({ kind: 'bundled', name: this.options.bundled })
  }

  /** Opens dropped files and shows what is in them. */
  openFiles(name: string, files: NamedBlob[]) {
    this.dropped = { kind: 'files', name, files }
    this.runWhenOpened = false
    this.open(this.dropped)
    this.set({ room: 'open', dropped: name })
  }

  /** Opens the files dropped last once more, and runs them. */
  openDropped() {
    if (!this.dropped) return
    this.runWhenOpened = true
    this.open(this.dropped)
  }

  go(room: Room) {
    this.replace({ ...(room === 'open' ? without(this.session, 'refused') : this.session), room })
  }

  /** Turns to a lesson or a step, hides, locks, makes larger. */
  look(change: Partial<View>) {
    this.set({ view: { ...this.session.view, ...change } })
  }

  dismissRefusal() {
    this.replace(without(this.session, 'refused'))
  }

  private start(stepping: boolean) {
    this.asked = true
    const room = this.session.room === 'open' ? 'play' : this.session.room
    this.replace({ ...without(this.session, 'failure'), room, state: 'running' })
    this.options.client.send({
      type: 'run',
      plan: this.session.plan,
      stepping,
      ...this.texts,
    })
  }

  /** Run: goes on after a pause, else begins. */
  run() {
    if (this.playback) return this.playback.play()
    if (this.session.state === 'paused') return this.resume()
    if (this.session.opened) this.start(false)
    else if (this.session.state !== 'opening') this.openBundled(true)
  }

  private resume() {
    this.set({ state: 'running' })
    this.options.client.send({ type: 'resume' })
  }

  pause() {
    if (this.playback) return this.playback.pause()
    if (this.session.state === 'running') this.options.client.send({ type: 'pause' })
  }

  /** Works to the end of the next layer, then pauses. */
  step() {
    if (this.playback) return this.playback.step()
    const { state, opened } = this.session
    if (state === 'running' || state === 'paused') this.options.client.send({ type: 'step' })
    else if (opened && state !== 'opening') this.start(true)
  }

  stop() {
    if (!this.playback) this.options.client.send({ type: 'stop' })
  }

  /** Changes the plan; a run that exists is begun again with it, from the Hessians kept where they still hold. */
  change(change: Partial<Plan>, locked = this.session.view.lock) {
    const open = unlocked(change, locked)
    if (this.playback || !Object.keys(open).length) return
    this.set({ plan: changedPlan(this.session.plan, open) })
    this.restart()
  }

  private restart() {
    const { room, state, run, opened } = this.session
    if (room !== 'open' && (this.asked || run.plan) && state !== 'opening' && opened) this.start(false)
  }

  /** The user's own text, or the model's own again. */
  setText(use: TextUse, text: NamedText | undefined) {
    this.viewing.leave()
    if (text) this.texts[use] = text
    else delete this.texts[use]
    if (text) this.set({ [use]: { name: text.name, characters: text.text.length } })
    else this.replace(without(this.session, use))
    this.restart()
  }

  /** Shows a layer; undefined follows the run again. */
  select(layer: string | undefined) {
    if (layer === undefined) this.replace(without(this.session, 'selected'))
    else this.set({ selected: layer })
  }

  /** Shows the neighbour of the layer in view. */
  selectNext(by: 1 | -1) {
    const { run, selected } = this.session
    const shown = selected ?? focusLayer(run)
    const index = shown === undefined ? 0 : run.order.indexOf(shown) + by
    const layer = run.order[Math.min(run.order.length - 1, Math.max(0, index))]
    if (layer !== undefined) this.select(layer)
  }

  /** Something outside of a run went wrong that the user can mend. */
  fail(message: string) {
    this.set({ failure: { kind: 'input', message } })
  }

  /** Takes the device away as the system would, to try out the recovery. */
  lose() {
    this.options.client.send({ type: 'lose' })
  }

  dismissProblems() {
    this.set({ problems: [] })
  }

  dismissFailure() {
    this.replace(without(this.session, 'failure'))
  }

  /** Plays the recorded run instead of a live one. */
  async playRecording(): Promise<void> {
    try {
      this.playback = new Playback(this.store, await this.options.recording())
    } catch (error) {
      this.set({ state: 'failed' })
      this.fail(`recorded run: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}
