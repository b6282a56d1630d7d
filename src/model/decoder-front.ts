// From token ids to hidden states: rows of the embedding table, in some models scaled, projected, given learned
// positions, normalised. Of the table only the rows that are asked for are read.
import type { Checkpoint } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { addPositions } from '../kernels/add-positions.ts'
import { embedding as lookUp } from '../kernels/embedding.ts'
import { product } from '../kernels/matvec.ts'
import type { Design } from './design.ts'
import type { EmbeddingRows } from './embedding-rows.ts'
import type { ForwardSize, Front } from './family.ts'
import { loadNorm } from './norm.ts'
import { uploadTensor } from './tensors.ts'

/** @throws InputError when windows are longer than the learned positions reach. */
export async function loadFront(
  gpu: Gpu,
  checkpoint: Checkpoint,
  { hidden: rows, embedding }: Design,
  table: EmbeddingRows,
  { tokens: most, window }: ForwardSize,
): Promise<Front> {
  const { columns, scale, positions } = embedding
  if (positions && positions.rows - positions.offset < window)
    throw new InputError(
      `${positions.table} has ${positions.rows - positions.offset} positions; windows of ${window} tokens need more`,
    )
  const scope = new Scope(gpu)
  try {
    const weights = embedding.projection && scope.own(await uploadTensor(gpu, checkpoint, embedding.projection))
    const learned = positions && scope.own(await uploadTensor(gpu, checkpoint, positions.table))
    const norm = embedding.norm && (await loadNorm(scope, checkpoint, embedding.norm))
    const narrow = weights && scope.buffer('embeddings', 4 * most * columns)
    const plain = norm && scope.buffer('embeddings', 4 * most * rows)
    const places = scope.buffer('rows of token ids', 4 * most)
    const found = scope.buffer('embedding rows', 4 * most * columns)
    return {
      async run(batch, ids, hidden, first = 0) {
        const tokens = ids.length
        const distinct = [...new Set(ids)]
        const numbers = await table.read(distinct)
        const place = new Map(distinct.map((id, i) => [id, i]))
        gpu.write(found, numbers)
        gpu.write(
          places,
          ids.map((id) => place.get(id)!),
        )
        const embedded = plain ?? hidden
        lookUp(
          batch,
          { ids: places, table: found, y: narrow || embedded },
          { tokens, first: 0, rows: distinct.length, columns, ...(scale !== undefined && { scale }) },
        )
        if (weights && narrow) product(batch, { x: narrow, weights, y: embedded }, { tokens, rows, columns })
        if (positions && learned)
          addPositions(
            batch,
            { table: learned, y: embedded },
            { tokens, columns: rows, window, first, offset: positions.offset },
          )
        norm?.(batch, embedded, hidden, tokens)
        // The next call overwrites what this one has yet to read.
        batch.flush()
      },
      [Symbol.dispose]: () => scope[Symbol.dispose](),
    }
  } catch (error) {
    scope[Symbol.dispose]()
    throw error
  }
}
