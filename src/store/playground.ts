// What the page can do: every action of the user as one function, over a store and the wire to the worker.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Plan } from '../pipeline/plan.ts'
import type { FromWorker, NamedText } from '../worker/protocol.ts'
import { focusLayer } from './compare.ts'
import { Opening } from './opening.ts'
import { Playback } from './playback.ts'
import type { PlaygroundOptions } from './playground-options.ts'
import { Matrix } from './matrix-job.ts'
import { changedPlan } from './mix.ts'
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
  /** The recording on screen, if any; its scrubber and speed are its own. */
  playback: Playback | undefined
  /** A saved run in the place of the live one. */
  readonly viewing: Viewing
  /** The bundled model, files, a model on a hub. */
  readonly opening: Opening
  /** A run has been asked for, though the worker may not have said so yet. */
  private asked = false

  constructor(private readonly options: PlaygroundOptions) {
    const { plan, problems } = options.link
    const { room = 'play', view = plainView, layer, problems: others = [] } = options.linkedView ?? {}
    this.store = createStore<Session>(() => ({
      ...newSession(plan, [...problems, ...others], options.bundled, view, room),
      ...(layer !== undefined && { selected: layer }),
    }))
    this.questions = new Questions(options.client)
    this.records = options.records ?? new RecordBook()
    this.matrix = new Matrix(this)
    this.viewing = new Viewing(this, (message) => this.hear(message))
    const { client, link } = options
    this.opening = new Opening(
      this,
      (message) => client.send(message),
      () => this.start(false),
      link,
    )
    client.listen((message) => this.hear(message))
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
    if (message.type === 'opened') this.opening.heard(message)
  }

  /** Of matrices without a model, those to be solved; undefined: all. */
  choose(only: readonly string[] | undefined) {
    if (only) this.set({ only })
    else this.replace(without(this.session, 'only'))
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
      ...(this.session.only && { only: this.session.only }),
    })
  }

  /** Run: goes on after a pause, else begins. */
  run() {
    if (this.playback) return this.playback.play()
    if (this.session.state === 'paused') return this.resume()
    if (this.session.opened) this.start(false)
    else if (this.session.state !== 'opening') this.opening.bundled(true)
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
