// From token ids to hidden states: rows of the embedding table, in some models scaled, projected, given learned
// positions, normalised.
import type { Checkpoint } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { addPositions } from '../kernels/add-positions.ts'
import { embedding as lookUp } from '../kernels/embedding.ts'
import { product } from '../kernels/matvec.ts'
import type { Design } from './design.ts'
import type { ForwardSize, Front } from './family.ts'
import { loadNorm } from './norm.ts'
import { RowSplit } from './row-split.ts'
import { uploadTensor } from './tensors.ts'

/** @throws InputError when windows are longer than the learned positions reach. */
export async function loadFront(
  gpu: Gpu,
  checkpoint: Checkpoint,
  { vocabulary, hidden: rows, embedding }: Design,
  { tokens: most, window }: ForwardSize,
): Promise<Front> {
  const { columns, scale, positions } = embedding
  if (positions && positions.rows - positions.offset < window)
    throw new InputError(
      `${positions.table} has ${positions.rows - positions.offset} positions; windows of ${window} tokens need more`,
    )
  const scope = new Scope(gpu)
  try {
    const table = scope.own(await RowSplit.load(gpu, checkpoint, embedding.table, [vocabulary, columns]))
    const weights = embedding.projection && scope.own(await uploadTensor(gpu, checkpoint, embedding.projection))
    const places = positions && scope.own(await uploadTensor(gpu, checkpoint, positions.table))
    const norm = embedding.norm && (await loadNorm(scope, checkpoint, embedding.norm))
    const narrow = weights && scope.buffer('embeddings', 4 * most * columns)
    const plain = norm && scope.buffer('embeddings', 4 * most * rows)
    return {
      run(batch, ids, hidden, tokens, first = 0) {
        const embedded = plain ?? hidden
        for (const part of table.parts())
          lookUp(
            batch,
            { ids, table: part.binding, y: narrow || embedded },
            { tokens, first: part.first, rows: part.rows, columns, ...(scale !== undefined && { scale }) },
          )
        if (weights && narrow) product(batch, { x: narrow, weights, y: embedded }, { tokens, rows, columns })
        if (positions && places)
          addPositions(
            batch,
            { table: places, y: embedded },
            { tokens, columns: rows, window, first, offset: positions.offset },
          )
        norm?.(batch, embedded, hidden, tokens)
      },
      [Symbol.dispose]: () => scope[Symbol.dispose](),
    }
  } catch (error) {
    scope[Symbol.dispose]()
    throw error
  }
}
