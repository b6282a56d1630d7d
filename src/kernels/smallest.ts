// The place of the smallest of every group's errors, the first on ties.
import code from '../../shaders/smallest.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'smallest',
  code,
  bindings: { errors: 'read', choices: 'read_write' },
  params: { levels: 'u32', count: 'u32' },
})

/** Records choices u32 [levels] of errors f32 [levels, count]. */
export function smallest(
  batch: Batch,
  bindings: { errors: Binding; choices: Binding },
  { levels, count }: { levels: number; count: number },
): void {
  batch.run(kernel, {
    bindings,
    params: { levels, count },
    workgroups: spread(Math.ceil(levels / 64)),
    work: levels * count,
  })
}

/** The same. */
export function reference(errors: ArrayLike<number>, levels: number, count: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: levels }, (_, level) => {
    const own = Array.from({ length: count }, (_, k) => errors[level * count + k])
    return own.indexOf(Math.min(...own))
  })
}
