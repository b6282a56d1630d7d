// Damage for files: seeded changes of bytes and of JSON, and what every reader owes whatever it is given.
import fc from 'fast-check'
import { expect } from 'vitest'
import type { CheckpointFile } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'
import type { ByteSource } from '../formats/range.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** Longest that one damaged file may be worked on; some hundred times what a good one takes, on a loaded machine. */
const PATIENCE_MS = 2000

const hostileNumbers = [0, -1, 1.5, 255, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 1e308, -1e308]
const hostileNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', ' ', '\0', '\u2028', '😀', '../x']
const hostileValues: unknown[] = [
  ...hostileNumbers,
  ...hostileNames,
  null,
  true,
  false,
  [],
  {},
  [[[[]]]],
  { length: 2 ** 40 },
  'x'.repeat(5000),
  '(a+)+$',
  '\ud800',
]

/** One change of a byte string; numbers are taken modulo what there is. */
const byteChange = fc.record({
  kind: fc.constantFrom('flip', 'set', 'cut', 'drop', 'repeat', 'word', 'long'),
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 64 }),
  value: fc.integer({ min: 0, max: 255 }),
  number: fc.constantFrom(...hostileNumbers.filter((n) => n >= 0 && Number.isInteger(n) && n < 2 ** 64)),
})

function changeBytes(bytes: Bytes, change: typeof byteChange extends fc.Arbitrary<infer T> ? T : never): Bytes {
  const at = bytes.length ? change.at % bytes.length : 0
  const out = bytes.slice()
  const view = new DataView(out.buffer)
  switch (change.kind) {
    case 'flip':
      out[at] ^= 1 << (change.value & 7)
      return out
    case 'set':
      out[at] = change.value
      return out
    case 'cut':
      return out.slice(0, at)
    case 'drop':
      return Uint8Array.from([...out.slice(0, at), ...out.slice(at + change.length)])
    case 'repeat':
      return Uint8Array.from([...out.slice(0, at + change.length), ...out.slice(at)])
    case 'word':
      if (at + 4 <= out.length) view.setUint32(at, change.number % 2 ** 32, true)
      return out
    case 'long':
      if (at + 8 <= out.length) view.setBigUint64(at, BigInt(change.number), true)
      return out
  }
}

/** These bytes with one to six changes, each within the first `within` bytes that are left. */
export function damagedBytes(bytes: Bytes, within = bytes.length): fc.Arbitrary<Bytes> {
  return fc
    .array(byteChange, { minLength: 1, maxLength: 6 })
    .map((changes) =>
      changes.reduce(
        (all, change) => changeBytes(all, { ...change, at: change.at % Math.max(1, Math.min(within, all.length)) }),
        bytes,
      ),
    )
}

const jsonChange = fc.record({
  kind: fc.constantFrom('replace', 'replace', 'replace', 'rename', 'remove', 'wrap', 'any'),
  path: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
  value: fc.constantFrom(...hostileValues),
  name: fc.constantFrom(...hostileNames),
  json: fc.jsonValue({ maxDepth: 3 }),
})

/** A copy with one change at the end of the path, whose numbers choose among the entries of each level. */
function changeJson(value: unknown, change: typeof jsonChange extends fc.Arbitrary<infer T> ? T : never): unknown {
  const visit = (node: unknown, path: readonly number[]): unknown => {
    const entries = typeof node === 'object' && node !== null ? Object.entries(node) : []
    if (!entries.length || !path.length)
      return change.kind === 'wrap' ? [node] : change.kind === 'any' ? change.json : change.value
    const chosen = path[0] % entries.length
    const last = path.length === 1
    if (last && change.kind === 'remove') entries.splice(chosen, 1)
    else if (last && change.kind === 'rename') entries[chosen] = [change.name, entries[chosen][1]]
    else entries[chosen] = [entries[chosen][0], visit(entries[chosen][1], path.slice(1))]
    return Array.isArray(node) ? entries.map(([, item]) => item) : Object.fromEntries(entries)
  }
  return visit(value, change.path)
}

/** This value with one to four changes, as text; sometimes the text is damaged as well. */
export function damagedJson(value: unknown): fc.Arbitrary<Bytes> {
  const text = fc
    .array(jsonChange, { minLength: 1, maxLength: 4 })
    .map((changes) => new TextEncoder().encode(JSON.stringify(changes.reduce(changeJson, value)) ?? 'null'))
  return fc.oneof(
    { weight: 3, arbitrary: text },
    { weight: 1, arbitrary: text.chain((bytes) => damagedBytes(bytes)) },
    { weight: 1, arbitrary: damagedBytes(new TextEncoder().encode(JSON.stringify(value))) },
  )
}

/** A file that fails the test when more than itself is asked for. */
export function meteredFile(path: string, bytes: Bytes): CheckpointFile {
  const blob: ByteSource = {
    size: bytes.length,
    slice(start, end) {
      expect(start >= 0 && start <= end && end <= bytes.length, `bytes ${start} to ${end} of ${bytes.length}`).toBe(
        true,
      )
      return { arrayBuffer: () => Promise.resolve(bytes.slice(start, end).buffer) }
    },
  }
  return { path, blob }
}

/**
 * Does the work, which must end soon, change no prototype, and either give something or refuse with one line that states
 * a fact. Gives true when it was refused.
 */
export async function survives(work: () => unknown): Promise<boolean> {
  const before = performance.now()
  const outcome = await Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  expect(performance.now() - before).toBeLessThan(PATIENCE_MS)
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(Object.getPrototypeOf({})).toBe(Object.prototype)
  if (outcome === undefined) return false
  if (!(outcome instanceof InputError)) throw outcome
  for (const line of [outcome.message, ...outcome.more]) {
    expect(line).not.toMatch(/\n|\[object Object\]/)
    expect(line.length).toBeGreaterThan(15)
    expect(line.length).toBeLessThan(8000)
  }
  return true
}
