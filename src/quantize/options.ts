// Options as plain data: from one table come the form, the URL, the command line's flags and the tests' defaults.

export type Option =
  | { kind: 'integer' | 'real'; default: number; min: number; max: number; title: string }
  | { kind: 'choice'; default: string; choices: readonly string[]; title: string }
  | { kind: 'flag'; default: boolean; title: string }

export type OptionTable = Readonly<Record<string, Option>>

export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends { choices: readonly (infer C)[] }
    ? C
    : T[K]['default'] extends boolean
      ? boolean
      : number
}

export const integer = (value: number, min: number, max: number, title: string) =>
  ({ kind: 'integer', default: value, min, max, title }) as const
export const real = (value: number, min: number, max: number, title: string) =>
  ({ kind: 'real', default: value, min, max, title }) as const
export const choice = <const C extends string>(value: NoInfer<C>, choices: readonly C[], title: string) =>
  ({ kind: 'choice', default: value, choices, title }) as const
export const flag = (value: boolean, title: string) => ({ kind: 'flag', default: value, title }) as const

/**
 * Fills in defaults and checks what is given.
 * @throws RangeError naming the option, its value and what is allowed.
 */
export function optionValues<T extends OptionTable>(
  table: T,
  given: Readonly<Record<string, unknown>> = {},
): OptionValues<T> {
  for (const name of Object.keys(given))
    if (!(name in table))
      throw new RangeError(`unknown option '${name}'; known: ${Object.keys(table).join(', ') || 'none'}`)
  const entries = Object.entries(table).map(([name, option]) => {
    const value = given[name] ?? option.default
    const fits =
      option.kind === 'choice'
        ? option.choices.includes(value as string)
        : option.kind === 'flag'
          ? typeof value === 'boolean'
          : typeof value === 'number' &&
            value >= option.min &&
            value <= option.max &&
            (option.kind === 'real' || Number.isInteger(value))
    if (!fits) {
      const allowed =
        option.kind === 'choice'
          ? option.choices.join(', ')
          : option.kind === 'flag'
            ? 'true, false'
            : `${option.min} to ${option.max}`
      throw new RangeError(`option '${name}' is ${String(value)}; allowed: ${allowed}`)
    }
    return [name, value]
  })
  return Object.fromEntries(entries) as OptionValues<T>
}

/** The stage of that name. @throws RangeError naming what exists. */
export function named<T extends { name: string }>(kind: string, stages: readonly T[], name: string): T {
  const stage = stages.find((candidate) => candidate.name === name)
  if (!stage) throw new RangeError(`unknown ${kind} '${name}'; known: ${stages.map((s) => s.name).join(', ')}`)
  return stage
}
