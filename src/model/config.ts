// Reads fields of config.json: each either is what the family can compute, or is named with its value in an InputError.
import type { JsonObject } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'

/** Most blocks, and most heads of a block: each is listed, so that a damaged config must not ask for millions. */
export const MOST_LISTED = 4096

export class ConfigReader {
  constructor(
    private readonly config: JsonObject,
    /** Of a nested object: its own name and a dot. */
    private readonly path = '',
  ) {}

  /** @throws InputError naming the field, its value and what is supported. */
  refuse(field: string, supported: string): never {
    const value = this.config[field]
    const name = this.path + field
    throw new InputError(
      value === undefined
        ? `config.json: ${name} is missing; expected: ${supported}`
        : `config.json: ${name} is ${JSON.stringify(value)}; supported: ${supported}`,
    )
  }

  /** True when the field is there and not null. */
  has(field: string): boolean {
    return Object.hasOwn(this.config, field) && this.config[field] !== undefined && this.config[field] !== null
  }

  /** The first of these fields that is there; without any the first one, so that it is the one an error names. */
  first(...fields: readonly [string, ...string[]]): string {
    return fields.find((field) => this.has(field)) ?? fields[0]
  }

  /** A whole number from `least` to `most`. Without the field: `absent`, or an error. */
  count(field: string, absent?: number, most = 2 ** 31 - 1, least = 1): number {
    if (!this.has(field) && absent !== undefined) return absent
    const value = this.config[field]
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
      this.refuse(field, `a whole number from ${least} to ${most}`)
    return value
  }

  /** A number above 0. */
  positive(field: string, absent?: number): number {
    if (!this.has(field) && absent !== undefined) return absent
    const value = this.config[field]
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) this.refuse(field, 'a number above 0')
    return value
  }

  /** How many blocks or heads there are. */
  listed(field: string, absent?: number): number {
    return this.count(field, absent, MOST_LISTED)
  }

  /** A whole number above 0; undefined where it is null, and without the field if `absent` is. */
  size(field: string, absent?: number): number | undefined {
    return this.has(field) ? this.count(field) : absent
  }

  /** A number above 0, or undefined without the field. */
  maybe(field: string): number | undefined {
    return this.has(field) ? this.positive(field) : undefined
  }

  /** So many numbers above 0. */
  positives(field: string, length: number): number[] {
    const values: unknown = this.config[field]
    const fits = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value > 0
    if (!Array.isArray(values) || values.length !== length || !values.every(fits))
      this.refuse(field, `${length} numbers above 0`)
    return values as number[]
  }

  flag(field: string, absent: boolean): boolean {
    if (!this.has(field)) return absent
    const value = this.config[field]
    if (typeof value !== 'boolean') this.refuse(field, 'true or false')
    return value
  }

  /** The field must have one of these values; without it the first one is meant. */
  oneOf(field: string, ...supported: readonly (string | number | boolean)[]): void {
    const value = this.config[field] ?? supported[0]
    if (!supported.includes(value as string)) this.refuse(field, supported.map((one) => JSON.stringify(one)).join(', '))
  }

  /** What the field's value stands for; without the field what `absent` does. */
  choice<T>(field: string, choices: Readonly<Record<string, T>>, absent?: string): T {
    const value = this.has(field) ? this.config[field] : absent
    if (typeof value !== 'string' || !Object.hasOwn(choices, value))
      this.refuse(
        field,
        Object.keys(choices)
          .map((one) => JSON.stringify(one))
          .join(', '),
      )
    return choices[value]
  }

  /** One of these names for each of `length` things, or undefined without the field. */
  names<T extends string>(field: string, length: number, supported: readonly T[]): T[] | undefined {
    if (!this.has(field)) return undefined
    const values: unknown = this.config[field]
    if (!Array.isArray(values) || values.length !== length || !values.every((value) => supported.includes(value as T)))
      this.refuse(field, `${length} of ${supported.map((one) => JSON.stringify(one)).join(' or ')}`)
    return values as T[]
  }

  /** Field `field` must be absent or null. */
  none(field: string): void {
    if (this.has(field)) this.refuse(field, 'none')
  }

  /** A nested object, or undefined. */
  object(field: string): ConfigReader | undefined {
    if (!this.has(field)) return undefined
    const value = this.config[field]
    if (typeof value !== 'object' || Array.isArray(value)) this.refuse(field, 'an object')
    return new ConfigReader(value as JsonObject, `${this.path}${field}.`)
  }
}
