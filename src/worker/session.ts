// What the worker remembers between messages: the device, the opened model, its Hessians, and the run that is being pulled.
import { InputError } from '../formats/errors.ts'
import { Gpu } from '../gpu/gpu.ts'
import { chooseShapes, prepareShapes, type ShapeStore } from '../kernels/shapes.ts'
import type { TimedEvent } from '../pipeline/events.ts'
import { HessianCache } from '../pipeline/hessian-cache.ts'
import { run } from '../pipeline/run.ts'
import { timed } from '../pipeline/timed.ts'
import { errorKind } from './failure.ts'
import { openSource, type Opened } from './open.ts'
import type { FromWorker, RunState, ToWorker } from './protocol.ts'

/** Events are posted together, at most this often, so that the page is not woken for every point of a curve. */
const POST_EVERY_MS = 80

/** How long nobody asks for anything before the device is measured. */
const IDLE_MS = 4000

export class Session {
  private base = ''
  private gpu: Gpu | undefined
  /** True once the kernel shapes of this device are known; sought while the checkpoint is read. */
  private shapes: Promise<boolean> = Promise.resolve(false)
  private opened: Opened | undefined
  private cache = new HessianCache()
  private running: Promise<void> = Promise.resolve()
  private cancel = false
  /** Counts what was asked for, so that idle work knows when it is no longer alone. */
  private asked = 0
  private stepping = false
  private paused = false
  private wake: () => void = () => {}
  /** Messages are handled one after another; pause, resume, step and stop at once. */
  private queue: Promise<void> = Promise.resolve()

  constructor(
    private readonly entry: GPU | undefined,
    private readonly post: (message: FromWorker) => void,
    private readonly now: () => number,
    private readonly store: ShapeStore,
  ) {}

  /** Never rejects: what goes wrong is posted. */
  async receive(message: ToWorker): Promise<void> {
    try {
      await this.handle(message)
    } catch (error) {
      this.fail(error)
    }
  }

  private fail(error: unknown) {
    const failure = errorKind(error)
    if (failure.kind === 'lost') this.forget()
    this.post({ type: 'failed', ...failure })
    this.state('failed')
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
        this.gpu?.device.destroy()
        return Promise.resolve()
      case 'stop':
        return this.enqueue(() => this.stop())
      case 'open':
        return this.enqueue(() => this.open(message))
      case 'run':
        return this.enqueue(() => this.start(message))
    }
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    // A new run, model or stop ends the run that is going on, without waiting for its turn.
    this.cancel = true
    this.asked++
    this.wake()
    const done = this.queue.then(work)
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
    this.post({ type: 'state', state, liveBytes: this.gpu?.memory.bytes ?? 0 })
  }

  private async device(): Promise<Gpu | undefined> {
    if (this.gpu && !this.gpu.lost) return this.gpu
    this.forget()
    try {
      if (!this.entry) throw new Error('this browser does not offer navigator.gpu to workers')
      this.gpu = await Gpu.open(this.entry)
      this.post({ type: 'adapter', adapter: this.gpu.adapter })
      this.shapes = prepareShapes(this.gpu, this.store)
      // A failure is told by whoever awaits it: the next run.
      this.shapes.catch(() => {})
    } catch (error) {
      this.post({ type: 'unavailable', reason: (error as Error).message })
    }
    return this.gpu
  }

  private forget() {
    this.gpu?.[Symbol.dispose]()
    this.gpu = undefined
  }

  /** Measures the shapes that a software adapter started without, as soon as nothing else has been asked for a while. */
  private measureWhenIdle() {
    const { gpu, asked } = this
    const idle = () => this.asked === asked && this.gpu === gpu
    setTimeout(() => {
      this.shapes = this.shapes.then(async (known) => {
        if (known || !gpu || !idle()) return known
        return (await chooseShapes(gpu, this.store, idle)).length > 0 && idle()
      })
      this.shapes.catch(() => {})
    }, IDLE_MS)
  }

  private async stop(): Promise<void> {
    await this.running
  }

  private async open({ source }: ToWorker & { type: 'open' }): Promise<void> {
    await this.running
    this.state('opening')
    const gpu = await this.device()
    try {
      const { report, opened } = await openSource(source, this.base, gpu?.adapter, (partial) =>
        this.post({ type: 'opening', report: partial }),
      )
      if (opened) {
        this.opened = opened
        this.cache = new HessianCache()
      }
      this.post({ type: 'opened', report })
    } finally {
      this.state('idle')
    }
  }

  private async start(message: ToWorker & { type: 'run' }): Promise<void> {
    await this.running
    const gpu = await this.device()
    if (!gpu) return
    if (!this.opened) throw new InputError('no model is open')
    const { model, texts } = this.opened
    this.cancel = false
    this.paused = false
    this.stepping = message.stepping
    const [calibration, evaluation] = await texts(message.calibration, message.evaluation)
    await this.shapes
    this.running = this.pull(
      timed(run({ gpu, model, calibration, evaluation, cache: this.cache }, message.plan), this.now),
    )
  }

  /** Pulls a run to its end, its cancellation or its failure; never rejects. */
  private async pull(events: AsyncGenerator<TimedEvent>): Promise<void> {
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
        if (this.paused && !this.cancel) {
          flush()
          this.state('paused')
          await new Promise<void>((resolve) => (this.wake = resolve))
          if (!this.cancel) this.state('running')
        }
        if (this.cancel) break
        const { value, done } = await events.next()
        if (done) break
        pending.push(value)
        finished = value.event === 'finished'
        if (this.now() - posted >= POST_EVERY_MS || value.event === 'started') flush()
        if (value.event === 'solved' && this.stepping) this.paused = true
      }
      await events.return(undefined)
      flush()
      this.state(finished ? 'finished' : 'stopped')
      if (finished) this.measureWhenIdle()
    } catch (error) {
      flush()
      this.fail(error)
    }
  }
}
