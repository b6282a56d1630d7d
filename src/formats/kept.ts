// Bytes of far files are requested once: what has come is put down in a store, a file on a disk of this machine, and
// read from there when it is wanted again. A store that fails is told once; from then on the network has to do.
import { reasonOf } from './hub-request.ts'
import type { ByteSource } from './range.ts'

/** Bytes in the order in which they came. */
export interface ByteStore {
  /** Puts bytes behind those that are there, and gives where they begin. @throws when there is no room for them. */
  append(bytes: Uint8Array<ArrayBuffer>): Promise<number>
  /** Fills `bytes` with what lies from `at` on. @throws when it is not there. */
  read(at: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>
}

/** Bytes [start, end) of a file. */
interface Span {
  start: number
  end: number
}

/** Those that lie from `at` on in the store. */
interface KeptSpan extends Span {
  at: number
}

const meet = (a: Span, b: Span) => a.start < b.end && b.start < a.end

export class Kept {
  private failed = false

  /** `tell`: why something could not be kept, once. */
  constructor(
    private readonly store: ByteStore,
    private readonly tell: (reason: string) => void,
  ) {}

  /** The file, with every byte requested once. @throws as the file does. */
  file(far: ByteSource): ByteSource {
    /** Ascending, and apart from each other. */
    let spans: KeptSpan[] = []
    /** What is being requested. */
    const coming = new Set<Span & { bytes: Promise<unknown> }>()

    const missing = ({ start, end }: Span): Span[] => {
      const gaps: Span[] = []
      let from = start
      for (const span of spans.filter((one) => meet(one, { start, end }))) {
        if (from < span.start) gaps.push({ start: from, end: span.start })
        from = span.end
      }
      return from < end ? [...gaps, { start: from, end }] : gaps
    }

    const request = async ({ start, end }: Span): Promise<Uint8Array<ArrayBuffer>> => {
      const bytes = new Uint8Array(await far.slice(start, end).arrayBuffer())
      if (bytes.length !== end - start)
        throw new Error(`${bytes.length} bytes came for those from ${start} to ${end} of a file`)
      const at = await this.put(bytes)
      if (at !== undefined) spans = joined(spans, { start, end, at })
      return bytes
    }

    const read = async (wanted: Span): Promise<ArrayBuffer> => {
      const { start, end } = wanted
      const gaps = missing(wanted)
      // As most first reads are: what has come is given on without a copy.
      if (gaps[0]?.start === start && gaps[0].end === end) return (await request(wanted)).buffer
      const there = spans.filter((one) => meet(one, wanted))
      const bytes = new Uint8Array(end - start)
      for (const gap of gaps) bytes.set(await request(gap), gap.start - start)
      for (const span of there) {
        const [first, last] = [Math.max(start, span.start), Math.min(end, span.end)]
        if (await this.take(span.at + first - span.start, bytes.subarray(first - start, last - start))) continue
        spans = []
        return read(wanted)
      }
      return bytes.buffer
    }

    const range = async (start: number, end: number): Promise<ArrayBuffer> => {
      const wanted = { start, end }
      for (;;) {
        const gaps = missing(wanted)
        if (!gaps.length) return read(wanted)
        const asked = { start: gaps[0].start, end: gaps.at(-1)!.end }
        const other = [...coming].find((one) => meet(one, asked))
        if (!other) {
          const bytes = read(wanted)
          const mine = { ...asked, bytes }
          coming.add(mine)
          return bytes.finally(() => coming.delete(mine))
        }
        // Who waits for what another has requested shares its fate, also when it is called off.
        await other.bytes
      }
    }

    return { ...far, slice: (start, end) => ({ arrayBuffer: () => range(start, end) }) }
  }

  private async put(bytes: Uint8Array<ArrayBuffer>): Promise<number | undefined> {
    if (this.failed) return undefined
    try {
      return await this.store.append(bytes)
    } catch (error) {
      return this.fail(error)
    }
  }

  /** False when they are not there. */
  private async take(at: number, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    try {
      await this.store.read(at, bytes)
      return true
    } catch (error) {
      this.fail(error)
      return false
    }
  }

  private fail(error: unknown): undefined {
    if (!this.failed) this.tell(reasonOf(error))
    this.failed = true
  }
}

/** With one more, which joins the one before it where it follows it in the file and in the store. */
function joined(spans: readonly KeptSpan[], one: KeptSpan): KeptSpan[] {
  const before = spans.findLastIndex(({ end }) => end <= one.start) + 1
  const last = spans[before - 1]
  return last?.end === one.start && last.at + last.end - last.start === one.at
    ? spans.with(before - 1, { ...last, end: one.end })
    : spans.toSpliced(before, 0, one)
}
