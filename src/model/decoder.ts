// Opens a model by its design: checks its tensors, and says what is known of it without reading them.
import type { Checkpoint } from '../formats/checkpoint.ts'
import { rowsOfPart } from '../gpu/row-tiles.ts'
import { DecoderForward } from './decoder-forward.ts'
import { groupsOf, inputsOf, shapesOf, type Design } from './design.ts'
import { EmbeddingRows } from './embedding-rows.ts'
import type { Model } from './family.ts'
import { fingerprint } from './fingerprint.ts'
import { checkTensors } from './tensors.ts'

/** @throws InputError naming every tensor that is missing, no float, or of another shape. */
export function openDecoder(checkpoint: Checkpoint, design: Design): Model {
  const { architecture, vocabulary, hidden, context, tied, blocks } = design
  const inputs = blocks.map(inputsOf)
  const shapes = shapesOf(design)
  checkTensors(checkpoint, shapes)
  const parameters = [...shapes.values()].reduce(
    (sum, shape) => sum + shape.reduce((product, length) => product * length, 1),
    0,
  )
  const turned = new Set(
    blocks.flatMap(groupsOf).flatMap((group) => group.filter((one) => one.transposed).map((one) => one.facts.layer)),
  )
  const kept = blocks.reduce((sum, { attention }) => sum + attention.kvHeads * attention.width, 0)
  const { heads: queries, kvHeads: keyValues } = blocks[0].attention
  const table = new EmbeddingRows(checkpoint, design.embedding.table, design.embedding.columns)
  let known: Promise<string> | undefined
  return {
    facts: {
      ...{ name: checkpoint.name, architecture, parameters },
      ...{ blocks: blocks.length, hidden, vocabulary, context, tied },
    },
    design,
    heads: { queries, keyValues },
    layers: inputs.flat().flatMap((group) => group.layers),
    tensorNames: [...shapes.keys()],
    inputs: (block) => inputs[block],
    async weights({ layer, rows, columns }, first = 0, count = rows - first) {
      const name = `${layer}.weight`
      if (!turned.has(layer)) return checkpoint.floats(name, first * columns, count * columns)
      // Stored as [columns, rows].
      const result = new Float32Array(count * columns)
      const most = rowsOfPart(rows)
      for (let from = 0; from < columns; from += most) {
        const some = Math.min(most, columns - from)
        const stored = await checkpoint.floats(name, from * rows, some * rows)
        for (let j = 0; j < some; j++)
          for (let row = 0; row < count; row++) result[row * columns + from + j] = stored[j * rows + first + row]
      }
      return result
    },
    keptBytes: (tokens) => 2 * 4 * tokens * kept,
    forward: (gpu, size) => new DecoderForward(gpu, checkpoint, design, size, table),
    async fingerprint() {
      known ??= fingerprint(checkpoint, shapes)
      // What could not be read now may be read another time.
      return known.catch((error: unknown) => {
        known = undefined
        throw error
      })
    },
  }
}
