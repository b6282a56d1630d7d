// Strict JSON (RFC 8259) for headers from strangers: objects become Maps in which no name occurs twice, a number that
// is not written as plain digits below 2^53 stays the text it was written as, nesting ends at 128 levels, and strings
// hold no lone surrogates.
import { InputError } from './errors.ts'

/** A number that is not a plain count: negative, fractional, with exponent, or 2^53 and more. */
export class OtherNumber {
  constructor(readonly written: string) {}
  toString() {
    return this.written
  }
}

export type Json = null | boolean | number | OtherNumber | string | Json[] | Map<string, Json>

const deepest = 128

/** @throws InputError with the position, in characters from 0. */
export function parseStrict(text: string, name: string): Json {
  const parser = new Parser(text, name)
  const value = parser.value(0)
  parser.end()
  return value
}

class Parser {
  private at = 0
  constructor(
    private readonly text: string,
    private readonly name: string,
  ) {}

  private fail(fact: string): never {
    throw new InputError(`${this.name}: invalid JSON at character ${this.at}: ${fact}`)
  }

  /** The next character that is not white space. */
  private peek(): string {
    while (' \n\r\t'.includes(this.text.charAt(this.at)) && this.at < this.text.length) this.at++
    return this.text.charAt(this.at)
  }

  private take(expected: string) {
    const found = this.peek()
    if (found !== expected) this.fail(`expected '${expected}', found ${found ? `'${found}'` : 'the end'}`)
    this.at++
  }

  end() {
    if (this.peek()) this.fail(`text after the end: '${this.text.charAt(this.at)}'`)
  }

  value(depth: number): Json {
    if (depth > deepest) this.fail(`nested more than ${deepest} levels deep`)
    const next = this.peek()
    if (next === '{') return this.object(depth)
    if (next === '[') return this.array(depth)
    if (next === '"') return this.string()
    return this.word(next)
  }

  private object(depth: number): Map<string, Json> {
    const entries = new Map<string, Json>()
    this.take('{')
    if (this.peek() === '}') {
      this.at++
      return entries
    }
    for (;;) {
      this.peek()
      const key = this.string()
      if (entries.has(key)) this.fail(`the name '${key}' occurs twice`)
      this.take(':')
      entries.set(key, this.value(depth + 1))
      if (this.peek() === ',') this.at++
      else break
    }
    this.take('}')
    return entries
  }

  private array(depth: number): Json[] {
    const items: Json[] = []
    this.take('[')
    if (this.peek() === ']') {
      this.at++
      return items
    }
    for (;;) {
      items.push(this.value(depth + 1))
      if (this.peek() === ',') this.at++
      else break
    }
    this.take(']')
    return items
  }

  private string(): string {
    if (this.text.charAt(this.at) !== '"') this.fail(`expected a string, found '${this.text.charAt(this.at)}'`)
    let end = this.at
    do {
      end = this.text.indexOf('"', end + 1)
      if (end < 0) this.fail('a string without end')
    } while (this.escaped(end))
    let value: string
    try {
      value = JSON.parse(this.text.slice(this.at, end + 1)) as string
    } catch {
      return this.fail('a string with an invalid escape or control character')
    }
    if (/\p{Surrogate}/u.test(value)) this.fail('a string with half a surrogate pair')
    this.at = end + 1
    return value
  }

  /** True when an odd number of backslashes stands before `position`. */
  private escaped(position: number): boolean {
    let first = position
    while (this.text.charAt(first - 1) === '\\') first--
    return (position - first) % 2 === 1
  }

  private word(next: string): Json {
    for (const [written, value] of [
      ['null', null],
      ['true', true],
      ['false', false],
    ] as const)
      if (this.text.startsWith(written, this.at)) {
        this.at += written.length
        return value
      }
    const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
    number.lastIndex = this.at
    const written = number.exec(this.text)?.[0]
    if (!written) return this.fail(next ? `unexpected '${next}'` : 'unexpected end')
    this.at += written.length
    const value = /^\d+$/.test(written) ? Number(written) : NaN
    return Number.isSafeInteger(value) ? value : new OtherNumber(written)
  }
}
