// The flags of the command line, and what they become.
import { parseArgs } from 'node:util'
import { InputError } from '../formats/errors.ts'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'

export const usage = `Usage
  npm run -s quantize -- layer PROBLEM.safetensors --recipe gptq --bits 3 [options] [--save FOLDER]
  npm run -s quantize -- model FOLDER --calibration TEXT --evaluation TEXT --recipes rtn,gptq,cdquant --bits 3 [options] [--save-log FILE.json]

PROBLEM  weights F32 [rows, columns] and inputs F32 [tokens, columns] or hessian F32 [columns, columns] (inputs' inputs / tokens)
TEXT     a text file, or a .json file with an array of token ids

  --recipe, --recipes LIST   rtn, gptq, cyclic, cdquant, gptq+cdquant
  --bits N                   2 to 8
  --group N                  columns per group (absent: one group per row)
  --symmetric                zero in the middle of the codes
  --grid minmax|clip         levels from the range of the weights, or from a clipped range (default: minmax, as on the page)
  --order natural|activation column order of GPTQ (default: natural)
  --damp X                   damping of GPTQ as a fraction of mean diag H (default: 0.01)
  --scale-dtype f32|f16      type the scales are rounded to before solving (default: f32 for layer, f16 for model)
  --window N                 tokens of a window (default: 256)
  --samples N                calibration windows (default: 16)
  --windows N                evaluation windows, 0 for none (default: 16)
  --save FOLDER              layer: codes U8, scales F32, zeros F32 to FOLDER/RECIPE.safetensors; w = scale * (code - zero)
  --save-log FILE.json       model: all events with their times
`

const shared = {
  recipe: { type: 'string' },
  recipes: { type: 'string' },
  bits: { type: 'string' },
  group: { type: 'string' },
  symmetric: { type: 'boolean' },
  grid: { type: 'string' },
  order: { type: 'string' },
  damp: { type: 'string' },
  'scale-dtype': { type: 'string' },
} as const
const flags = {
  layer: { ...shared, save: { type: 'string' } },
  model: {
    ...shared,
    calibration: { type: 'string' },
    evaluation: { type: 'string' },
    window: { type: 'string' },
    samples: { type: 'string' },
    windows: { type: 'string' },
    'save-log': { type: 'string' },
  },
} as const

export type Command = keyof typeof flags
type Values = Partial<Record<keyof (typeof flags)['layer'] | keyof (typeof flags)['model'], string | boolean>>

export interface Arguments {
  /** The file or folder. */
  path: string
  plan: Plan
  values: Values
}

/** @throws InputError for flags that do not exist or values that are not allowed. */
export function parseArguments(command: Command, args: string[]): Arguments {
  let parsed: { values: Values; positionals: string[] }
  try {
    parsed = parseArgs({ args, options: flags[command], allowPositionals: true, strict: true }) as typeof parsed
  } catch (error) {
    throw new InputError((error as Error).message.split('\n')[0])
  }
  const { values, positionals } = parsed
  if (positionals.length !== 1)
    throw new InputError(
      `${command} takes one ${command === 'layer' ? 'problem file' : 'folder'}, ${positionals.length} given`,
    )
  if (values.recipe !== undefined && values.recipes !== undefined)
    throw new InputError('give --recipe or --recipes, not both')
  const names = values.recipe ?? values.recipes
  if (names === undefined) throw new InputError('--recipe is missing')
  if (values.bits === undefined) throw new InputError('--bits is missing')
  const plan: Plan = {
    recipes: String(names).split(','),
    bits: number(values, 'bits', 0),
    group: number(values, 'group', 0),
    symmetric: values.symmetric === true,
    grid: String(values.grid ?? defaultPlan.grid),
    order: oneOf(values, 'order', ['natural', 'activation'], 'natural'),
    damp: number(values, 'damp', defaultPlan.damp),
    scaleType: oneOf(values, 'scale-dtype', ['f32', 'f16'], command === 'layer' ? 'f32' : 'f16'),
    window: number(values, 'window', defaultPlan.window),
    samples: number(values, 'samples', defaultPlan.samples),
    windows: number(values, 'windows', defaultPlan.windows),
  }
  if (values.group !== undefined && plan.group < 1)
    throw new InputError(
      `--group is ${values.group}; allowed: whole numbers from 1 (leave it out for one group per row)`,
    )
  return { path: positionals[0], plan, values }
}

function number(values: Values, name: keyof Values, absent: number): number {
  const given = values[name]
  if (given === undefined) return absent
  if (typeof given !== 'string' || given.trim() === '' || !Number.isFinite(Number(given)))
    throw new InputError(`--${name} is '${given}', which is not a number`)
  return Number(given)
}

function oneOf<C extends string>(values: Values, name: keyof Values, choices: readonly C[], absent: C): C {
  const given = values[name] ?? absent
  const found = choices.find((candidate) => candidate === given)
  if (found === undefined) throw new InputError(`--${name} is '${given}'; allowed: ${choices.join(', ')}`)
  return found
}
