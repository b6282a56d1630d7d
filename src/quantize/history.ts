// The codes of a layer as a recipe's steps change them: the first ones, and from moment to moment what changed. So many
// moments are kept, and so many bytes; beyond, neighbours become one.
import { InputError } from '../formats/errors.ts'
import { packedWords, unpackCodes } from '../kernels/pack-codes.ts'

/** A moment on the way. */
export interface Moment {
  /** The step that was at work. */
  step: string
  /** Accepted moves since the recipe began, over all rows. */
  moves: number
  /** tr(E H Eᵀ) of the codes of that moment. */
  objective: number
}

/** Levels of a moment, [rows, groups]; they change where a step refits them. */
export interface MomentLevels {
  scales: Float32Array
  zeros: Float32Array
}

/** What changed from one moment to the next, by position row · columns + j. */
interface Change {
  positions: Uint32Array
  before: Uint8Array
  after: Uint8Array
}

export interface HistoryLimits {
  moments: number
  bytes: number
}

const CHANGE_BYTES = 6

export class CodeHistory {
  readonly moments: Moment[] = []
  /** True once neighbouring moments were made one. */
  thinned = false
  private readonly levels: MomentLevels[] = []
  /** Change k leads from moment k − 1 to moment k; the first is empty. */
  private readonly changes: Change[] = []
  /** Packed codes of the last moment. */
  private last = new Uint32Array()
  /** Codes [rows, columns] of the moment `at`. */
  private codes = new Uint8Array()
  private at = 0

  constructor(
    private readonly shape: { rows: number; columns: number; bits: number },
    private readonly limits: HistoryLimits = { moments: 96, bytes: 2 ** 27 },
  ) {}

  get bytes(): number {
    return this.changes.reduce((sum, { positions }) => sum + CHANGE_BYTES * positions.length, this.codes.length)
  }

  /**
   * Adds a moment with its packed codes [rows, packedWords]. One in which nothing changed takes the place of the last.
   * @throws InputError when the changes are more than are kept.
   */
  add(moment: Moment, packed: Uint32Array, levels: MomentLevels): void {
    const { rows, columns, bits } = this.shape
    if (!this.moments.length) {
      this.codes = unpackCodes(packed, rows, columns, bits)
      this.changes.push(emptyChange())
    } else {
      const change = this.difference(packed)
      if (!change.positions.length && levels === this.levels.at(-1)) {
        this.moments[this.moments.length - 1] = moment
        return
      }
      this.changes.push(change)
    }
    this.last = packed.slice()
    this.moments.push(moment)
    this.levels.push(levels)
    if (this.moments.length > this.limits.moments || this.bytes > this.limits.bytes) this.thin()
    if (this.bytes > this.limits.bytes)
      throw new InputError(`the moves of this layer take ${this.bytes} bytes, more than the ${this.limits.bytes} kept`)
  }

  /** Codes [rows, columns] and levels of a moment; the codes are valid until the next call. */
  state(moment: number): { codes: Uint8Array; levels: MomentLevels } {
    if (!this.moments[moment]) throw new RangeError(`moment ${moment} of ${this.moments.length}`)
    for (; this.at < moment; this.at++) {
      const { positions, after } = this.changes[this.at + 1]
      for (let i = 0; i < positions.length; i++) this.codes[positions[i]] = after[i]
    }
    for (; this.at > moment; this.at--) {
      const { positions, before } = this.changes[this.at]
      for (let i = 0; i < positions.length; i++) this.codes[positions[i]] = before[i]
    }
    return { codes: this.codes, levels: this.levels[moment] }
  }

  /** Codes that differ between the last moment and packed codes. */
  differing(packed: Uint32Array): number {
    return this.difference(packed).positions.length
  }

  private difference(packed: Uint32Array): Change {
    const { rows, columns, bits } = this.shape
    const words = packedWords(columns, bits)
    if (packed.length !== this.last.length)
      throw new RangeError(`${packed.length} packed words after ${this.last.length}`)
    const positions: number[] = []
    const before: number[] = []
    const after: number[] = []
    for (let row = 0; row < rows; row++) {
      const [from, to] = [row * words, (row + 1) * words]
      let same = true
      for (let at = from; same && at < to; at++) same = packed[at] === this.last[at]
      if (same) continue
      const old = unpackCodes(this.last.subarray(from, to), 1, columns, bits)
      const now = unpackCodes(packed.subarray(from, to), 1, columns, bits)
      for (let j = 0; j < columns; j++) {
        if (old[j] === now[j]) continue
        positions.push(row * columns + j)
        before.push(old[j])
        after.push(now[j])
      }
    }
    return { positions: Uint32Array.from(positions), before: Uint8Array.from(before), after: Uint8Array.from(after) }
  }

  /** Every second moment goes, the first and the last stay. */
  private thin(): void {
    this.state(0)
    this.thinned = true
    const { moments, levels, changes } = this
    for (let k = moments.length - 3; k > 0; k -= 2) {
      changes.splice(k, 2, merged(changes[k], changes[k + 1]))
      moments.splice(k, 1)
      levels.splice(k, 1)
    }
  }
}

const emptyChange = (): Change => ({
  positions: new Uint32Array(),
  before: new Uint8Array(),
  after: new Uint8Array(),
})

/** One change that does what two do. */
function merged(first: Change, second: Change): Change {
  const both = new Map<number, [before: number, after: number]>()
  first.positions.forEach((position, i) => both.set(position, [first.before[i], first.after[i]]))
  second.positions.forEach((position, i) =>
    both.set(position, [both.get(position)?.[0] ?? second.before[i], second.after[i]]),
  )
  const kept = [...both].filter(([, [before, after]]) => before !== after).sort(([a], [b]) => a - b)
  return {
    positions: Uint32Array.from(kept, ([position]) => position),
    before: Uint8Array.from(kept, ([, [before]]) => before),
    after: Uint8Array.from(kept, ([, [, after]]) => after),
  }
}
