// JSON from a stranger as plain data: read whole or refused, with nothing in it that could harm or choke the page.
// What its fields mean is for the reader of the format to check; the small readers below do that, one value each.
import { InputError } from '../formats/errors.ts'

/** Deeper than any file of this page. */
const MOST_DEPTH = 12
const MOST_CHARACTERS = 10_000
/** Larger numbers are damage: no loss, count or time comes near. */
const MOST = 1e300
/** Names by which a record could reach the prototype of all objects. */
const HOSTILE = ['__proto__', 'constructor', 'prototype']

/**
 * `named`: paths of records whose names are a stranger's own, as those of layers, and which are read by their own fields
 * only. @throws InputError naming the file and what is wrong with it.
 */
export function plainData(text: string, file: string, named: readonly string[] = []): unknown {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    const reason = (error as Error).message
    throw new InputError(`${file} is not whole JSON (${text.length} characters): ${reason}`, { cause: error })
  }
  inspect(data, file, 0, named)
  return data
}

function inspect(value: unknown, path: string, depth: number, named: readonly string[]): void {
  if (depth > MOST_DEPTH) throw new InputError(`${path.slice(0, 200)} lies deeper than ${MOST_DEPTH} levels`)
  if (typeof value === 'number' && !(Math.abs(value) <= MOST))
    throw new InputError(`${path} is ${value}; allowed are numbers up to ${MOST}`)
  if (typeof value === 'string' && value.length > MOST_CHARACTERS)
    throw new InputError(`${path} has ${value.length} characters; allowed are ${MOST_CHARACTERS}`)
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) return value.forEach((item, i) => inspect(item, `${path}[${i}]`, depth + 1, named))
  for (const [name, item] of Object.entries(value)) {
    if (HOSTILE.includes(name) && !named.includes(path))
      throw new InputError(`${path} has a field named '${name}', which no file of this page has`)
    inspect(item, `${path}.${name}`, depth + 1, named)
  }
}

/** What a value is, for a refusal. */
function described(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return 'a record'
  return typeof value === 'string' ? `'${value.slice(0, 40)}'` : String(value)
}

const refuse = (path: string, value: unknown, wanted: string): never => {
  throw new InputError(`${path} is ${described(value)}, not ${wanted}`)
}

export type Fields = Readonly<Record<string, unknown>>

export function record(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(path, value, 'a record')
  return value as Fields
}

export function list(value: unknown, path: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) return refuse(path, value, 'a list')
  if (value.length > most) throw new InputError(`${path} has ${value.length} entries; allowed are ${most}`)
  return value
}

export function text(value: unknown, path: string): string {
  return typeof value === 'string' ? value : refuse(path, value, 'a text')
}

export function flag(value: unknown, path: string): boolean {
  return typeof value === 'boolean' ? value : refuse(path, value, 'true or false')
}

export function number(value: unknown, path: string, least = -Infinity, most = Infinity): number {
  if (typeof value !== 'number') return refuse(path, value, 'a number')
  return value >= least && value <= most ? value : refuse(path, value, `a number from ${least} to ${most}`)
}

export function whole(value: unknown, path: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isInteger(value)) return refuse(path, value, 'a whole number')
  return number(value, path, least, most)
}

/** A number that may be infinite, which JSON cannot say: it is written as 'Infinity'. */
export function loss(value: unknown, path: string): number {
  return value === 'Infinity' ? Infinity : number(value, path)
}
