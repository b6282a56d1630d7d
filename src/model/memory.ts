// Whether one binding of an adapter holds a model's weights and Hessians.
import { GpuLimitError } from '../gpu/errors.ts'
import type { AdapterFacts } from '../gpu/gpu.ts'
import type { Model } from './family.ts'

/** @throws GpuLimitError naming the first weight or Hessian that one binding of this adapter cannot hold. */
export function checkAdapter(
  { layers }: Pick<Model, 'layers'>,
  adapter: Pick<AdapterFacts, 'maxBindingBytes' | 'maxBufferBytes'>,
): void {
  const limit = Math.min(adapter.maxBindingBytes, adapter.maxBufferBytes)
  for (const { layer, rows, columns } of layers) {
    const fits = (what: string, bytes: number) => {
      if (bytes > limit)
        throw new GpuLimitError(`${what} needs ${bytes} bytes in one buffer, this adapter allows ${limit}`)
    }
    fits(`${layer}.weight`, 4 * rows * columns)
    fits(`the Hessian of ${layer}`, 4 * columns * columns)
  }
}
