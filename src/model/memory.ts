// Whether one binding of an adapter holds what every matrix of a model needs of it.
import { GpuLimitError } from '../gpu/errors.ts'
import type { AdapterFacts } from '../gpu/gpu.ts'
import { TILE_ROWS } from '../gpu/row-tiles.ts'
import type { LayerFacts } from './facts.ts'

/**
 * Matrices of any size come in tiles of at least 64 rows, the largest of them with one row to spare.
 * @throws GpuLimitError naming the first layer of which one binding of this adapter cannot hold that.
 */
export function checkAdapter(
  { layers }: { layers: readonly Pick<LayerFacts, 'layer' | 'columns'>[] },
  adapter: Pick<AdapterFacts, 'maxBindingBytes' | 'maxBufferBytes'>,
): void {
  const limit = Math.min(adapter.maxBindingBytes, adapter.maxBufferBytes)
  for (const { layer, columns } of layers) {
    const rows = Math.min(columns, TILE_ROWS) + 1
    const bytes = 4 * rows * columns
    if (bytes > limit)
      throw new GpuLimitError(
        `${rows} rows of ${columns} columns of ${layer} need ${bytes} bytes in one buffer, this adapter allows ${limit}`,
      )
  }
}
