// A recorded run in the place of a live one: the player's buttons, over the same store.
import type { StoreApi } from 'zustand/vanilla'
import type { TimedEvent } from '../pipeline/events.ts'
import { Player } from './player.ts'
import type { Session } from './session.ts'

export class Playback {
  private readonly player: Player

  /**
   * Puts the recording on screen and starts it; a run from the file `saved` is shown at its end. @throws Error when it
   * is none.
   */
  constructor(
    private readonly store: StoreApi<Session>,
    events: readonly TimedEvent[],
    saved?: string,
  ) {
    this.player = new Player(events)
    const { plan, model, adapter } = this.player.run
    store.setState({
      ...(plan ? { plan } : {}),
      ...(adapter ? { adapter } : {}),
      recording: {
        ...{ name: model?.name ?? '', at: 0, length: this.player.length, playing: true, speed: 1 },
        ...(saved !== undefined && { saved }),
      },
    })
    if (saved !== undefined) this.player.seek(this.player.length)
    this.show(saved === undefined)
  }

  private show(playing: boolean) {
    const { player } = this
    const { recording } = this.store.getState()
    if (!recording) return
    const on = playing && !player.ended
    this.store.setState({
      run: player.run,
      state: player.ended ? 'finished' : on ? 'running' : 'paused',
      recording: { ...recording, at: player.at, playing: on },
    })
  }

  /** Plays on; from the beginning when the end was reached. */
  play() {
    if (this.player.ended) this.player.seek(0)
    this.show(true)
  }

  pause() {
    this.show(false)
  }

  /** To the end of the next layer, then pauses. */
  step() {
    this.player.step()
    this.show(false)
  }

  seek(at: number) {
    this.player.seek(at)
    this.show(this.store.getState().recording?.playing ?? false)
  }

  /** So much time went by for the viewer. */
  advance(elapsedMs: number) {
    const { recording } = this.store.getState()
    if (!recording?.playing) return
    this.player.seek(this.player.at + elapsedMs * recording.speed)
    this.show(true)
  }

  setSpeed(speed: number) {
    const { recording } = this.store.getState()
    if (recording) this.store.setState({ recording: { ...recording, speed } })
  }
}
