// What the worker remembers between messages: the device, the opened model, its Hessians, and the run that is being
// pulled. A checkpoint is read beside the run; only a good one ends it.
import { InputError } from '../formats/errors.ts'
import type { ByteStore } from '../formats/kept.ts'
import type { ShapeStore } from '../kernels/shapes.ts'
import type { TimedEvent } from '../pipeline/events.ts'
import { HessianCache } from '../pipeline/hessian-cache.ts'
import { Solutions } from '../pipeline/solutions.ts'
import { timed } from '../pipeline/timed.ts'
import { Asking, type Desk, INTERRUPTED } from './asking.ts'
import { Device } from './device.ts'
import { errorKind } from './failure.ts'
import { openSource, type Opened } from './open.ts'
import { Reading } from './reading.ts'
import { runEvents } from './run-events.ts'
import type { FromWorker, OpenReport, RunState, Source, ToWorker } from './protocol.ts'

/** Events are posted together, at most this often, so that the page is not woken for every point of a curve. */
const POST_EVERY_MS = 80

export class Session {
  private base = ''
  private readonly device: Device
  /** `end`: ends what it still requests from a server. */
  private opened: (Opened & { end: AbortController }) | undefined
  private cache = new HessianCache()
  private running: Promise<void> = Promise.resolve()
  /** From the moment a run has its turn until it has ended. */
  private busy = false
  private current: RunState = 'idle'
  /** Counts what was asked for, so that idle work knows when it is no longer alone. */
  private asked = 0
  /** The newest request that ends every run asked for before it. */
  private ending = 0
  private stepping = false
  private paused = false
  private wake: () => void = () => {}
  /** Runs, stops and new models take their turn; pause, resume and step act at once. */
  private queue: Promise<void> = Promise.resolve()
  /** Beside the queue. */
  private readonly reading: Reading
  /** Until the first model is there: what a run that comes too early waits for. */
  private first: Promise<void> | undefined
  private newest: Desk['run']
  private readonly asking: Asking

  constructor(
    entry: GPU | undefined,
    private readonly post: (message: FromWorker, transfer?: Transferable[]) => void,
    private readonly now: () => number,
    shapes: ShapeStore,
    store: (signal: AbortSignal) => ByteStore,
  ) {
    this.device = new Device(entry, post, shapes)
    const keeping = { store, tell: (reason: string) => post({ type: 'unkept', reason }) }
    this.reading = new Reading(post, now, {
      open: async (source, given) => {
        await this.device.open()
        return openSource(source, { base: this.base, keeping, ...given })
      },
      state: (going) => this.opening(going),
      take: (...found) => (this.opened ? this.enqueue(() => this.takeOver(...found)) : this.takeOver(...found)),
      fail: (error) => this.fail(error, this.busy),
    })
    const free = () => (this.paused ? Promise.resolve() : this.running)
    this.asking = new Asking(() => this.desk(), free, post)
  }

  /** Never rejects: what goes wrong is posted. */
  async receive(message: ToWorker): Promise<void> {
    try {
      await this.handle(message)
    } catch (error) {
      this.fail(error)
    }
  }

  /** What fails beside a run does not end it. */
  private fail(error: unknown, beside = false) {
    const failure = errorKind(error)
    if (failure.kind === 'lost') this.device.forget()
    this.post({ type: 'failed', ...failure })
    this.state(beside ? this.current : 'failed')
  }

  private handle(message: ToWorker): Promise<void> {
    switch (message.type) {
      case 'base':
        this.base = message.url
        return Promise.resolve()
      case 'pause':
        this.paused = true
        return Promise.resolve()
      case 'resume':
        return this.resume(false)
      case 'step':
        return this.resume(true)
      case 'lose':
        this.device.gpu?.device.destroy()
        return Promise.resolve()
      case 'stop':
        return this.enqueue(() => this.running)
      case 'ask':
        this.asked++
        return this.asking.ask(message.id, message.question)
      case 'forget':
        return Promise.resolve(this.asking.forget(message.id))
      case 'open':
        return this.open(message.source)
      case 'leave':
        this.opened?.end.abort(new InputError('the page was left'))
        return Promise.resolve(this.reading.cancel())
      case 'cancel':
        return Promise.resolve(this.reading.cancel())
      case 'run':
        // From now on pause and step mean the new run.
        this.paused = false
        this.stepping = message.stepping
        return this.enqueue((asked) => this.start(message, asked))
    }
  }

  /** What questions are answered from. @throws InputError when there is nothing yet. */
  private async desk(): Promise<Desk> {
    const gpu = await this.device.open()
    if (!gpu) throw new InputError('this browser offers no WebGPU')
    if (!this.opened) await this.first
    if (!this.opened) throw new InputError('no model is open')
    await this.device.shapes
    const { opened, cache, newest } = this
    return { gpu, opened, cache, ...(newest && { run: newest }) }
  }

  /** Takes a turn in the queue, and ends the run that is going on without waiting for it. */
  private enqueue(work: (asked: number) => Promise<void>): Promise<void> {
    const asked = ++this.asked
    this.ending = asked
    if (this.busy) this.opened?.interrupt?.(new InputError(INTERRUPTED))
    this.wake()
    const done = this.queue.then(() => work(asked))
    this.queue = done.catch(() => {})
    return done
  }

  private resume(stepping: boolean): Promise<void> {
    this.stepping = stepping
    this.paused = false
    this.wake()
    return Promise.resolve()
  }

  private state(state: RunState) {
    this.current = state
    this.post({ type: 'state', state, liveBytes: this.device.gpu?.memory.bytes ?? 0 })
  }

  private open(source: Source): Promise<void> {
    this.asked++
    const done = this.reading.ask(source, this.opened === undefined)
    if (!this.opened) this.first ??= done.finally(() => (this.first = undefined))
    return done
  }

  /** The state while a checkpoint is read beside nothing else, and after it. */
  private opening(going: boolean) {
    if (going ? !this.busy : this.current === 'opening') this.state(going ? 'opening' : 'idle')
  }

  private async takeOver(report: OpenReport, opened: Opened, end: AbortController): Promise<void> {
    if (!this.reading.keep(end)) return
    // What the model before still waits for is not needed any more.
    this.opened?.end.abort(new InputError('another model was opened'))
    await this.running
    const letOthers = await this.asking.interrupt()
    this.opened = { ...opened, end }
    this.cache = new HessianCache()
    this.newest = undefined
    letOthers()
    this.post({ type: 'opened', report })
    this.state('idle')
  }

  private async start(message: ToWorker & { type: 'run' }, asked: number): Promise<void> {
    await this.running
    const letOthers = await this.asking.interrupt()
    this.busy = true
    let begun = false
    try {
      const gpu = await this.device.open()
      if (!gpu) return
      if (!this.opened) await this.first
      if (!this.opened) throw new InputError('no model is open')
      const solutions = new Solutions()
      const events = await runEvents({ gpu, cache: this.cache, solutions }, this.opened, message)
      await this.device.shapes
      this.newest = { plan: message.plan, solutions }
      this.running = this.pull(timed(events, this.now), () => this.ending > asked).finally(() => (this.busy = false))
      begun = true
    } finally {
      if (!begun) this.busy = false
      letOthers()
    }
  }

  /** Pulls a run to its end, its cancellation or its failure; never rejects. */
  private async pull(events: AsyncGenerator<TimedEvent>, ended: () => boolean): Promise<void> {
    let pending: TimedEvent[] = []
    let posted = this.now()
    const flush = () => {
      if (pending.length) this.post({ type: 'events', events: pending })
      pending = []
      posted = this.now()
    }
    this.state('running')
    let finished = false
    try {
      for (;;) {
        if (this.paused && !ended()) {
          flush()
          this.state('paused')
          await new Promise<void>((resolve) => (this.wake = resolve))
          if (!ended()) this.state('running')
        }
        if (ended()) break
        const { value, done } = await events.next()
        if (done) break
        pending.push(value)
        finished = value.event === 'finished'
        if (this.now() - posted >= POST_EVERY_MS || value.event === 'started') flush()
        if (value.event === 'solved' && this.stepping && !ended()) this.paused = true
      }
      await events.return(undefined)
      flush()
      this.state(finished ? 'finished' : 'stopped')
      const { asked } = this
      if (finished) this.device.measureWhenIdle(() => this.asked === asked)
    } catch (error) {
      flush()
      // What it waited for was given up with it.
      if (ended() && errorKind(error).kind === 'input') this.state('stopped')
      else this.fail(error)
    }
  }
}
