// Buffers that live together: `using scope = new Scope(gpu)` frees them all, also when the work is stopped half-way.
import type { GpuBuffer } from './buffer.ts'
import type { Gpu } from './gpu.ts'

export class Scope implements Disposable {
  private readonly owned = new Set<Disposable>()
  constructor(private readonly gpu: Gpu) {}

  buffer(label: string, bytes: number): GpuBuffer {
    return this.own(this.gpu.buffer(label, bytes))
  }
  upload(label: string, data: ArrayBufferView): GpuBuffer {
    return this.own(this.gpu.upload(label, data))
  }
  own<T extends Disposable>(thing: T): T {
    this.owned.add(thing)
    return thing
  }
  /** Gives a thing to another owner. */
  release<T extends Disposable>(thing: T): T {
    this.owned.delete(thing)
    return thing
  }
  [Symbol.dispose]() {
    for (const thing of [...this.owned].reverse()) thing[Symbol.dispose]()
    this.owned.clear()
  }
}
