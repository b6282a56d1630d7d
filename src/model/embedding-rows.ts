// Rows of a table of embeddings, read from the file when a token first needs them: a vocabulary of 262144 in float32
// takes gigabytes, the tokens of a text a few megabytes of it.
import type { Checkpoint } from '../formats/checkpoint.ts'

/** Rows so close to each other, in numbers, are read with what lies between them: a read has a price of its own. */
const GAP = 1 << 14
/** Numbers of one read, at most, unless a row has more. */
const PIECE = 1 << 18
/** Reads under way at once; files on the Web answer late. */
const READS = 8
/** Bytes of rows that are kept. */
const KEPT_BYTES = 64 << 20

export class EmbeddingRows {
  /** By number. */
  private kept = new Map<number, Float32Array>()

  /** `table` is a tensor [vocabulary, columns]. */
  constructor(
    private readonly checkpoint: Pick<Checkpoint, 'floats'>,
    private readonly table: string,
    private readonly columns: number,
  ) {}

  /** Some rows one after another, [ids, columns]. @throws InputError when they cannot be read. */
  async read(ids: readonly number[]): Promise<Float32Array<ArrayBuffer>> {
    const { columns } = this
    const rows = this.kept
    const missing = ids.filter((id) => !rows.has(id))
    const ranges = this.ranges(missing.toSorted((a, b) => a - b))
    const wanted = new Set(missing)
    const readNext = async () => {
      for (let range = ranges.shift(); range; range = ranges.shift()) {
        const [first, end] = range
        const numbers = await this.checkpoint.floats(this.table, first * columns, (end - first) * columns)
        for (let id = first; id < end; id++)
          if (wanted.has(id)) rows.set(id, numbers.slice((id - first) * columns, (id - first + 1) * columns))
      }
    }
    const reads = Array.from({ length: READS }, readNext)
    await Promise.allSettled(reads)
    await Promise.all(reads)
    const result = new Float32Array(ids.length * columns)
    ids.forEach((id, i) => result.set(rows.get(id)!, i * columns))
    if (4 * columns * rows.size > KEPT_BYTES) this.kept = new Map()
    return result
  }

  /** First rows and those behind the last of what is read at once, of rows in ascending order. */
  private ranges(rows: readonly number[]): [number, number][] {
    const ranges: [number, number][] = []
    for (const row of rows) {
      const last = ranges.at(-1)
      if (last && (row - last[1]) * this.columns <= GAP && (row + 1 - last[0]) * this.columns <= PIECE)
        last[1] = row + 1
      else ranges.push([row, row + 1])
    }
    return ranges
  }
}
