// The worker's one device: opened when it is first needed and again after it was lost, with its kernel shapes.
import { Gpu } from '../gpu/gpu.ts'
import { chooseShapes, prepareShapes, type ShapeStore } from '../kernels/shapes.ts'
import type { FromWorker } from './protocol.ts'

/** How long nobody asks for anything before the device is measured. */
const IDLE_MS = 4000

export class Device {
  gpu: Gpu | undefined
  /** True once the kernel shapes are known; sought while the checkpoint is read. */
  shapes: Promise<boolean> = Promise.resolve(false)
  private opening: Promise<void> | undefined

  constructor(
    private readonly entry: GPU | undefined,
    private readonly post: (message: FromWorker) => void,
    private readonly store: ShapeStore,
  ) {}

  /** Undefined without WebGPU; that is posted. */
  async open(): Promise<Gpu | undefined> {
    if (this.gpu && !this.gpu.lost) return this.gpu
    this.opening ??= this.reopen().finally(() => (this.opening = undefined))
    await this.opening
    return this.gpu
  }

  private async reopen(): Promise<void> {
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
  }

  forget() {
    this.gpu?.[Symbol.dispose]()
    this.gpu = undefined
  }

  /** Measures the shapes that a software adapter started without, after a while and as long as the page is idle. */
  measureWhenIdle(pageIdle: () => boolean) {
    const { gpu } = this
    const idle = () => pageIdle() && this.gpu === gpu
    setTimeout(() => {
      this.shapes = this.shapes.then(async (known) => {
        if (known || !gpu || !idle()) return known
        return (await chooseShapes(gpu, this.store, idle)).length > 0 && idle()
      })
      this.shapes.catch(() => {})
    }, IDLE_MS)
  }
}
