// A matrix as several buffers of consecutive rows, none of them larger than one binding holds: f32 [rows, stride].
// Where one buffer is enough there is one tile, and all is as if there were none of this.
import type { Batch, Binding } from './batch.ts'
import type { GpuBuffer } from './buffer.ts'
import { GpuLimitError } from './errors.ts'
import type { AdapterFacts, Gpu } from './gpu.ts'
import { Scope } from './scope.ts'

export interface RowTile {
  /** Its first row in the matrix. */
  first: number
  rows: number
  buffer: GpuBuffer
}

/** A tile as a kernel's wrapper sees it. */
export interface TileBinding {
  first: number
  rows: number
  binding: Binding
}

/** Tiles begin at multiples of this: whole blocks of every kernel, and offsets at which a binding may begin. */
export const TILE_ROWS = 64

/** Most words of a matrix that are in ordinary memory at a time, unless a row has more: 16 MiB. */
export const PART_WORDS = 2 ** 22

/** Whole rows of a part. */
export const rowsOfPart = (stride: number) => Math.max(1, Math.floor(PART_WORDS / stride))

/** What an adapter says of its buffers. */
export type Limits = Pick<AdapterFacts, 'maxBindingBytes' | 'maxBufferBytes'>

/** The largest buffer that one binding of this adapter holds. */
export function bindableBytes({ maxBindingBytes, maxBufferBytes }: Limits): number {
  return Math.min(maxBindingBytes, maxBufferBytes)
}

/**
 * Rows of every tile but the last of [rows, stride] words on this adapter; all of them where they fit, and never fewer
 * than 64. `spare`: further rows that every tile has room for.
 */
export function tileHeight(adapter: Limits, rows: number, stride: number, spare = 0): number {
  const most = Math.floor(bindableBytes(adapter) / (4 * stride)) - spare
  return rows <= most ? rows : Math.max(TILE_ROWS, most - (most % TILE_ROWS))
}

/** The same. @throws GpuLimitError where not even 64 rows fit. */
export function tileRows(adapter: Limits, label: string, rows: number, stride: number, spare = 0): number {
  const height = tileHeight(adapter, rows, stride, spare)
  const [bytes, limit] = [4 * stride * (height + spare), bindableBytes(adapter)]
  if (bytes > limit)
    throw new GpuLimitError(
      `${label}: ${height + spare} rows of ${stride} words need ${bytes} bytes in one buffer, this adapter allows ` +
        `${limit}`,
    )
  return height
}

export class RowTiles implements Disposable {
  private constructor(
    readonly label: string,
    readonly rows: number,
    /** Words of a row. */
    readonly stride: number,
    readonly tiles: readonly RowTile[],
  ) {}

  /** Fresh buffers, which the tiles own. `spare`: rows behind those of every tile. */
  static create(
    gpu: Gpu,
    label: string,
    rows: number,
    stride: number,
    { spare = 0 }: { spare?: number } = {},
  ): RowTiles {
    const height = tileRows(gpu.adapter, label, rows, stride, spare)
    using scope = new Scope(gpu)
    const tiles: RowTile[] = []
    for (let first = 0; first < rows; first += height) {
      const count = Math.min(height, rows - first)
      tiles.push({ first, rows: count, buffer: scope.buffer(label, 4 * (count + spare) * stride) })
    }
    for (const { buffer } of tiles) scope.release(buffer)
    return new RowTiles(label, rows, stride, tiles)
  }

  /** One tile that takes over a buffer. */
  static of(buffer: GpuBuffer, rows: number, stride: number): RowTiles {
    return new RowTiles(buffer.label, rows, stride, [{ first: 0, rows, buffer }])
  }

  /** Buffers of whole rows one below the other; disposing of the tiles frees them. */
  static joined(label: string, stride: number, parts: readonly { rows: number; buffer: GpuBuffer }[]): RowTiles {
    let rows = 0
    const tiles = parts.map((part) => ({ ...part, first: (rows += part.rows) - part.rows }))
    return new RowTiles(label, rows, stride, tiles)
  }

  /** Fresh buffers with `values` [rows, stride] in them, or what `fill` puts into the rows from `first` on. */
  static upload(
    gpu: Gpu,
    label: string,
    rows: number,
    stride: number,
    values: Float32Array | ((part: Float32Array<ArrayBuffer>, first: number) => void),
  ): RowTiles {
    const matrix = RowTiles.create(gpu, label, rows, stride)
    for (const { first, rows: count, buffer } of matrix.tiles) {
      const [from, to] = [first * stride, (first + count) * stride]
      for (let at = from; at < to;) {
        const height = Math.min(to - at, stride * rowsOfPart(stride))
        let part: Float32Array
        if (typeof values === 'function')
          values((part = new Float32Array(height)) as Float32Array<ArrayBuffer>, at / stride)
        else part = values.subarray(at, at + height)
        gpu.write(buffer, part, 4 * (at - from))
        at += height
      }
    }
    return matrix
  }

  /** True where one binding holds it all. */
  get whole(): boolean {
    return this.tiles.length <= 1
  }

  get bytes(): number {
    return this.tiles.reduce((sum, { buffer }) => sum + buffer.bytes, 0)
  }

  /** The tile that holds a row. */
  at(row: number): RowTile {
    const found = this.tiles.find(({ first, rows }) => row >= first && row < first + rows)
    if (!found) throw new RangeError(`${this.label}: row ${row} of ${this.rows}`)
    return found
  }

  /** Records copies of the first words of a source's rows, as many of both as they have in common. */
  copyFrom(batch: Batch, source: RowTiles): void {
    const words = Math.min(this.stride, source.stride)
    for (const to of this.tiles)
      for (const from of source.tiles) {
        const first = Math.max(to.first, from.first)
        const count = Math.min(to.first + to.rows, from.first + from.rows) - first
        if (count <= 0) continue
        const [a, b] = [4 * (first - from.first) * source.stride, 4 * (first - to.first) * this.stride]
        if (source.stride === this.stride) batch.copy(from.buffer, a, to.buffer, b, 4 * count * words)
        else
          for (let i = 0; i < count; i++)
            batch.copy(from.buffer, a + 4 * i * source.stride, to.buffer, b + 4 * i * this.stride, 4 * words)
      }
  }

  /** Records copies of f32 [count, stride] into the rows from `first` on. */
  put(batch: Batch, source: GpuBuffer, first: number, count: number): void {
    this.copyFrom(
      batch,
      new RowTiles(source.label, first + count, this.stride, [{ first, rows: count, buffer: source }]),
    )
  }

  /** A copy of rows [first, first + count) in one buffer, which the caller owns. */
  band(gpu: Gpu, first: number, count: number): GpuBuffer {
    const buffer = gpu.buffer(this.label, 4 * count * this.stride)
    const batch = gpu.batch(this.label)
    new RowTiles(this.label, count, this.stride, [{ first, rows: count, buffer }]).copyFrom(batch, this)
    batch.flush()
    return buffer
  }

  /** Rows [first, first + count), in parts of at most 16 MiB. */
  async *parts(
    gpu: Gpu,
    first = 0,
    count = this.rows - first,
  ): AsyncGenerator<{ first: number; values: Float32Array }> {
    for (const tile of this.tiles) {
      const to = Math.min(first + count, tile.first + tile.rows)
      for (let from = Math.max(first, tile.first); from < to;) {
        const words = this.stride * Math.min(to - from, rowsOfPart(this.stride))
        const values = await gpu.readF32(tile.buffer, 4 * (from - tile.first) * this.stride, words)
        yield { first: from, values }
        from += words / this.stride
      }
    }
  }

  /** Rows [first, first + count) as one array [count, stride]. */
  async read(gpu: Gpu, first = 0, count = this.rows - first): Promise<Float32Array<ArrayBuffer>> {
    const { stride } = this
    const [only] = this.tiles
    if (this.whole && count <= rowsOfPart(stride))
      return (await gpu.readF32(only.buffer, 4 * first * stride, count * stride)) as Float32Array<ArrayBuffer>
    const all = new Float32Array(count * stride)
    for await (const part of this.parts(gpu, first, count)) all.set(part.values, (part.first - first) * stride)
    return all
  }

  [Symbol.dispose]() {
    for (const { buffer } of this.tiles) buffer[Symbol.dispose]()
  }
}

/** Rows [first, first + count) of a matrix in ordinary memory, f32 [count, columns]. */
export type ReadRows = (first: number, count: number) => Float32Array | Promise<Float32Array>

/** Those rows in a new buffer that the caller owns, never more than 16 MiB of them in ordinary memory. */
export async function uploadRows(
  gpu: Gpu,
  label: string,
  columns: number,
  { first, count }: { first: number; count: number },
  read: ReadRows,
): Promise<GpuBuffer> {
  using scope = new Scope(gpu)
  const buffer = scope.buffer(label, 4 * count * columns)
  const most = rowsOfPart(columns)
  for (let done = 0; done < count; done += most)
    gpu.write(buffer, await read(first + done, Math.min(most, count - done)), 4 * done * columns)
  return scope.release(buffer)
}

/** A matrix for a kernel: one binding, or tiles. */
export type Tiled = Binding | RowTiles

/** The tiles of the first `rows` rows of a matrix; a binding is one tile. */
export function tilesOf(matrix: Tiled, rows: number): readonly TileBinding[] {
  if (!(matrix instanceof RowTiles)) return [{ first: 0, rows, binding: matrix }]
  return matrix.tiles
    .filter(({ first }) => first < rows)
    .map(({ first, rows: own, buffer }) => ({ first, rows: Math.min(own, rows - first), binding: buffer }))
}

/** The tile of a matrix that holds rows [first, first + count). @throws RangeError where no single one does. */
export function tileAt(matrix: Tiled, first: number, count: number): TileBinding {
  if (!(matrix instanceof RowTiles)) return { first: 0, rows: Infinity, binding: matrix }
  const { buffer, ...tile } = matrix.at(first)
  if (first + count > tile.first + tile.rows)
    throw new RangeError(`${matrix.label}: rows ${first} to ${first + count} lie in several tiles`)
  return { ...tile, binding: buffer }
}
