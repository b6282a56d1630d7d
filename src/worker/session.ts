// What the worker remembers between messages: the device, the opened model, its Hessians, and the run that is being
// pulled. A checkpoint is read beside the run; only a good one ends it.
import { InputError } from '../formats/errors.ts'
import type { ShapeStore } from '../kernels/shapes.ts'
import type { TimedEvent } from '../pipeline/events.ts'
import { HessianCache } from '../pipeline/hessian-cache.ts'
import { run } from '../pipeline/run.ts'
import { Solutions } from '../pipeline/solutions.ts'
import { timed } from '../pipeline/timed.ts'
import { Asking, type Desk } from './asking.ts'
import { Device } from './device.ts'
import { errorKind } from './failure.ts'
import { openSource, type Opened } from './open.ts'
import type { FromWorker, OpenReport, RunState, Source, ToWorker } from './protocol.ts'

/** Events are posted together, at most this often, so that the page is not woken for every point of a curve. */
const POST_EVERY_MS = 80

export class Session {
  private base = ''
  private readonly device: Device
  private opened: Opened | undefined
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
  /** Checkpoints are read one after another, beside the queue. */
  private reading: Promise<void> = Promise.resolve()
  /** Until the first model is there: what a run that comes too early waits for. */
  private first: Promise<void> | undefined
  private opens = 0
  private newest: Desk['run']
  private readonly asking: Asking

  constructor(
    entry: GPU | undefined,
    private readonly post: (message: FromWorker, transfer?: Transferable[]) => void,
    private readonly now: () => number,
    store: ShapeStore,
  ) {
    this.device = new Device(entry, post, store)
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

  /** Reads a checkpoint after those asked for before; one that a newer request has overtaken is let go. */
  private open(source: Source): Promise<void> {
    this.asked++
    const turn = ++this.opens
    // The first model is opened whatever else is asked for.
    const wanted = () => turn === this.opens || !this.opened
    const done = this.reading.then(() => (wanted() ? this.read(source, wanted) : undefined))
    this.reading = done
    if (!this.opened) this.first ??= done.finally(() => (this.first = undefined))
    return done
  }

  /** Never rejects. */
  private async read(source: Source, wanted: () => boolean): Promise<void> {
    if (!this.busy) this.state('opening')
    const over = () => {
      if (this.current === 'opening') this.state('idle')
    }
    try {
      const gpu = await this.device.open()
      const result = await openSource(source, {
        base: this.base,
        adapter: gpu?.adapter,
        report: (report) => wanted() && this.post({ type: 'opening', report }),
        wanted,
      })
      if (!result) return over()
      const { report, opened } = result
      if (opened)
        return await (this.opened ? this.enqueue(() => this.takeOver(report, opened)) : this.takeOver(report, opened))
      this.post({ type: 'opened', report })
      over()
    } catch (error) {
      this.fail(error, this.busy)
    }
  }

  private async takeOver(report: OpenReport, opened: Opened): Promise<void> {
    await this.running
    const letOthers = await this.asking.interrupt()
    this.opened = opened
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
      const { model, texts } = this.opened
      const [calibration, evaluation] = await texts(message.calibration, message.evaluation)
      await this.device.shapes
      const { plan } = message
      const solutions = new Solutions()
      this.newest = { plan, solutions }
      const events = run({ gpu, model, calibration, evaluation, cache: this.cache, solutions }, plan)
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
      this.fail(error)
    }
  }
}
