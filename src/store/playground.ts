// What the page can do: every action of the user as one function, over a store and the wire to the worker.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { TimedEvent } from '../pipeline/events.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { RunClient } from '../worker/client.ts'
import type { FromWorker, NamedBlob, NamedText, OpenReport, Source } from '../worker/protocol.ts'
import { focusLayer } from './compare.ts'
import { Player } from './player.ts'
import { newSession, receive, type Room, type Session } from './session.ts'
import type { LinkedPlan } from './url.ts'
import { without } from './without.ts'

export interface PlaygroundOptions {
  client: RunClient
  link: LinkedPlan
  /** Name of the bundled model. */
  bundled: string
  /** Loads the recorded run that is shown where there is no WebGPU. */
  recording(): Promise<TimedEvent[]>
}

export type TextUse = 'calibration' | 'evaluation'

/** Store and actions. Files, texts and the wire stay in here, outside of the store. */
export class Playground {
  readonly store: StoreApi<Session>
  private readonly texts: Partial<Record<TextUse, NamedText>> = {}
  private dropped: Source | undefined
  private player: Player | undefined
  private runWhenOpened: boolean

  constructor(private readonly options: PlaygroundOptions) {
    const { plan, problems, autorun } = options.link
    this.store = createStore<Session>(() => newSession(plan, problems, options.bundled))
    this.runWhenOpened = autorun
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
    // A recording is on screen: checkpoints can still be looked at, but nothing runs.
    if (this.player && message.type === 'failed') return this.fail(message.message)
    if (this.player && message.type !== 'opening' && message.type !== 'opened') return
    this.replace(receive(this.session, message))
    if (message.type === 'unavailable') void this.playRecording()
    if (message.type === 'opened') this.heardOpened(message.report)
  }

  private heardOpened(report: OpenReport) {
    const andRun = this.runWhenOpened && this.session.unavailable === undefined
    this.runWhenOpened = false
    if (report.model && andRun) this.start(false)
    // Dropped checkpoints show their checks in their own room.
    const refusal = report.checks.find(({ status }) => status === 'error')
    if (refusal && this.session.source === 'bundled') this.fail(`${report.name}: ${refusal.fact}`)
  }

  private open(source: Source) {
    const from = source.kind === 'bundled' ? 'bundled' : 'dropped'
    this.replace({ ...without(this.session, 'failure', 'report'), source: from })
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
    this.set({ room: 'open', dropped: name })
    this.open(this.dropped)
  }

  /** Opens the files dropped last once more, and runs them. */
  openDropped() {
    if (!this.dropped) return
    this.runWhenOpened = true
    this.open(this.dropped)
  }

  go(room: Room) {
    this.set({ room })
  }

  private start(stepping: boolean) {
    const { calibration, evaluation } = this.texts
    this.replace({ ...without(this.session, 'failure'), room: 'play', state: 'running' })
    this.options.client.send({
      type: 'run',
      plan: this.session.plan,
      stepping,
      ...(calibration ? { calibration } : {}),
      ...(evaluation ? { evaluation } : {}),
    })
  }

  /** Run: goes on after a pause, else begins. */
  run() {
    if (this.player) return this.setPlaying(true)
    if (this.session.state === 'paused') return this.resume()
    if (this.session.opened) this.start(false)
    else if (this.session.state !== 'opening') this.openBundled(true)
  }

  private resume() {
    this.set({ state: 'running' })
    this.options.client.send({ type: 'resume' })
  }

  pause() {
    if (this.player) return this.setPlaying(false)
    if (this.session.state === 'running') this.options.client.send({ type: 'pause' })
  }

  /** Works to the end of the next layer, then pauses. */
  step() {
    if (this.player) {
      this.player.step()
      return this.showPlayer(false)
    }
    const { state, opened } = this.session
    if (state === 'running' || state === 'paused') this.options.client.send({ type: 'step' })
    else if (opened && state !== 'opening') this.start(true)
  }

  stop() {
    if (!this.player) this.options.client.send({ type: 'stop' })
  }

  /** Changes the plan; a run that exists is begun again with it, from the Hessians kept where they still hold. */
  change(change: Partial<Plan>) {
    if (this.player) return
    this.set({ plan: { ...this.session.plan, ...change } })
    this.restart()
  }

  private restart() {
    const { state, run } = this.session
    const begun = run.plan !== undefined || state === 'running'
    if (this.session.room === 'play' && begun && state !== 'opening' && this.session.opened) this.start(false)
  }

  /** The user's own text, or the model's own again. */
  setText(use: TextUse, text: NamedText | undefined) {
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
      const player = new Player(await this.options.recording())
      const { plan, model, adapter } = player.run
      this.player = player
      this.set({
        ...(plan ? { plan } : {}),
        ...(adapter ? { adapter } : {}),
        recording: { name: model?.name ?? '', at: 0, length: player.length, playing: true, speed: 1 },
      })
      this.showPlayer(true)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.set({ state: 'failed', failure: { kind: 'input', message: `recorded run: ${reason}` } })
    }
  }

  private showPlayer(playing: boolean) {
    const { player } = this
    const { recording } = this.session
    if (!player || !recording) return
    const on = playing && !player.ended
    this.set({
      run: player.run,
      state: player.ended ? 'finished' : on ? 'running' : 'paused',
      recording: { ...recording, at: player.at, playing: on },
    })
  }

  private setPlaying(playing: boolean) {
    if (playing && this.player?.ended) this.player.seek(0)
    this.showPlayer(playing)
  }

  /** So much time went by for the viewer. */
  advance(elapsedMs: number) {
    const { recording } = this.session
    if (!this.player || !recording?.playing) return
    this.player.seek(this.player.at + elapsedMs * recording.speed)
    this.showPlayer(true)
  }

  seek(at: number) {
    this.player?.seek(at)
    this.showPlayer(this.session.recording?.playing ?? false)
  }

  setSpeed(speed: number) {
    const { recording } = this.session
    if (recording) this.set({ recording: { ...recording, speed } })
  }
}
