// Reads fields of config.json: each either is what the family can compute, or is named with its value in an InputError.
import type { JsonObject } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'

export class ConfigReader {
  constructor(private readonly config: JsonObject) {}

  private refuse(field: string, supported: string): never {
    const value = this.config[field]
    throw new InputError(
      value === undefined
        ? `config.json: ${field} is missing; expected: ${supported}`
        : `config.json: ${field} is ${JSON.stringify(value)}; supported: ${supported}`,
    )
  }

  /** True when the field is there and not null. */
  has(field: string): boolean {
    return this.config[field] !== undefined && this.config[field] !== null
  }

  /** A whole number from 1 to `most`. Without the field: `absent`, or an error. */
  count(field: string, absent?: number, most = 2 ** 31 - 1): number {
    if (!this.has(field) && absent !== undefined) return absent
    const value = this.config[field]
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > most)
      this.refuse(field, `a whole number from 1 to ${most}`)
    return value
  }

  /** A number above 0. */
  positive(field: string, absent?: number): number {
    if (!this.has(field) && absent !== undefined) return absent
    const value = this.config[field]
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) this.refuse(field, 'a number above 0')
    return value
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

  /** Field `field` must be absent or null. */
  none(field: string): void {
    if (this.has(field)) this.refuse(field, 'none')
  }

  /** A nested object, or undefined. */
  object(field: string): JsonObject | undefined {
    if (!this.has(field)) return undefined
    const value = this.config[field]
    if (typeof value !== 'object' || Array.isArray(value)) this.refuse(field, 'an object')
    return value as JsonObject
  }
}
