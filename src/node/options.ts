// The flags of the command line, and what they become.
import { parseArgs } from 'node:util'
import { InputError } from '../formats/errors.ts'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'
import { grids } from '../quantize/grids/index.ts'
import { TENSOR } from '../quantize/problem.ts'
import { parseStage, parseSteps, recipeText } from '../quantize/recipe-text.ts'
import { steps } from '../quantize/steps/index.ts'
import { transforms } from '../quantize/transforms/index.ts'

export const usage = `Usage
  npm run -s quantize -- layer PROBLEM.safetensors --recipe gptq --bits 3 [options] [--save FOLDER]
  npm run -s quantize -- layer FILE.safetensors --tensor NAME --recipe gptq --bits 3 [--inputs FILE.safetensors]
  npm run -s quantize -- model FILE.safetensors --recipes rtn,gptq,cdquant --bits 3 [--inputs FILE.safetensors] [--check]
  npm run -s quantize -- model FOLDER … --calibration TEXT --evaluation TEXT --recipes rtn,gptq,cdquant --bits 3 [options] [--check] [--save-log FILE.json]
  npm run -s quantize -- generate FOLDER --prompt TEXT [--recipes cdquant,gptq] [--tokens 60] [--temperature 0.7] [options]
  npm run -s quantize -- recipes

PROBLEM  weights F32 [rows, columns] and inputs F32 [tokens, columns] or hessian F32 [columns, columns] (inputs' inputs / tokens)
FOLDER   of a checkpoint in safetensors; or a FILE.gguf of the Llama family; or a model on the Hub, owner/name or its
         address, of which only what is needed is requested; a token in the variable HF_TOKEN is sent along
FILE     any safetensors without a config: its matrices, with H of inputs F32 [tokens, columns] called NAME.inputs, else
         with H = I; with --tensor also a FOLDER or a model on the Hub
TEXT     a text file, or a .json file with an array of token ids

  --recipe, --recipes LIST   presets by name, such as rtn,gptq,cdquant (recipes lists them all with their stages and sources)
  --bits N                   2 to 8
  --layer-bits MIX           model: bits of single layers, PATH=BITS,PATH=BITS or a .json file with an object of them
  --group N|tensor           columns per group (absent: one group per row; tensor: one for the layer)
  --symmetric                zero in the middle of the codes
  --grid NAME                ${grids.map(({ name }) => name).join(', ')} (default: minmax, as on the page)
  --order natural|activation column order of GPTQ (default: natural)
  --damp X                   damping of GPTQ as a fraction of mean diag H (default: 0.01)
  --steps LIST               a recipe of your own: its steps in order, of ${steps.map(({ name }) => name).join(', ')},
                             with options such as gptq(order=activation;damp=0.02),greedy
  --transform NAME           its transform: ${transforms.map(({ name }) => name).join(', ')} (default: none)
  --eigen-clip X             part of the largest eigenvalues of H that solvers see lowered to the next one
  --eigen-threshold X        lower eigenvalues of H above X times its mean diagonal to that, for solvers
  --seed N                   of everything random (default: 1)
  --scale-dtype f32|f16      type the scales are rounded to before solving (default: f32 for layer, f16 for model)
  --window N                 tokens of a window (default: 256)
  --samples N                calibration windows (default: 16)
  --held-out N               calibration windows kept for a second loss that no solver sees (default: 0)
  --faithful                 every recipe calibrates on its own partially quantized model
  --correction X             with --faithful: part of earlier errors that descents make up for (QEP)
  --windows N                evaluation windows, 0 for none (default: 16)
  --prompt TEXT              generate: the text to continue; the unquantized model writes first, then every recipe
  --tokens N                 generate: new tokens, at most (default: 60)
  --temperature X            generate: 0 takes the likeliest token (the default), above it tokens are drawn by --seed
  --calibration TEXT         generate: default FOLDER/calibration.txt; --bits is 3 there unless said otherwise
  --endpoint URL             another server with the Hub's addresses (default: https://huggingface.co)
  --save FOLDER              layer: codes U8, scales F32, zeros F32 to FOLDER/RECIPE.safetensors; w = scale * (code - zero)
  --save-log FILE.json       model: all events with their times
  --check                    model: what there is to know before a run, and nothing runs: checks, memory, time
  --memory GB                with --check: GPU memory to stay within
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
  transform: { type: 'string' },
  steps: { type: 'string' },
  'eigen-clip': { type: 'string' },
  'eigen-threshold': { type: 'string' },
  seed: { type: 'string' },
  'scale-dtype': { type: 'string' },
} as const
const calibrating = {
  ...shared,
  calibration: { type: 'string' },
  window: { type: 'string' },
  samples: { type: 'string' },
  faithful: { type: 'boolean' },
  correction: { type: 'string' },
  'layer-bits': { type: 'string' },
} as const
const flags = {
  layer: {
    ...shared,
    endpoint: { type: 'string' },
    tensor: { type: 'string' },
    inputs: { type: 'string' },
    save: { type: 'string' },
  },
  model: {
    ...calibrating,
    inputs: { type: 'string' },
    endpoint: { type: 'string' },
    evaluation: { type: 'string' },
    windows: { type: 'string' },
    'held-out': { type: 'string' },
    check: { type: 'boolean' },
    memory: { type: 'string' },
    'save-log': { type: 'string' },
  },
  generate: {
    ...calibrating,
    endpoint: { type: 'string' },
    prompt: { type: 'string' },
    tokens: { type: 'string' },
    temperature: { type: 'string' },
  },
} as const

export type Command = keyof typeof flags
type Flag = { [C in Command]: keyof (typeof flags)[C] }[Command]
export type Values = Partial<Record<Flag, string | boolean>>

export interface Arguments {
  /** The file or folder. */
  path: string
  /** That and those after it; only `model` takes several. */
  paths: string[]
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
  if (positionals.length !== 1 && (command !== 'model' || !positionals.length))
    throw new InputError(
      `${command} takes ${command === 'model' ? 'a folder, or several' : command === 'layer' ? 'one problem file' : 'one folder'}, ${positionals.length} given`,
    )
  if (values.recipe !== undefined && values.recipes !== undefined)
    throw new InputError('give --recipe or --recipes, not both')
  const writes = command === 'generate'
  const unquantized =
    writes && [values.recipe, values.recipes, values.steps, values.transform].every((one) => one === undefined)
  const names = unquantized ? [] : recipeNames(values)
  if (values.bits === undefined && !writes) throw new InputError('--bits is missing')
  const plan: Plan = {
    ...defaultPlan,
    recipes: names,
    bits: numberFlag(values, 'bits', defaultPlan.bits),
    group: values.group === 'tensor' ? TENSOR : numberFlag(values, 'group', 0),
    symmetric: values.symmetric === true,
    grid: String(values.grid ?? defaultPlan.grid),
    order: oneOf(values, 'order', ['natural', 'activation'], 'natural'),
    damp: numberFlag(values, 'damp', defaultPlan.damp),
    eigenClip: numberFlag(values, 'eigen-clip', defaultPlan.eigenClip),
    eigenThreshold: numberFlag(values, 'eigen-threshold', defaultPlan.eigenThreshold),
    seed: numberFlag(values, 'seed', defaultPlan.seed),
    mode: values.faithful === true ? 'faithful' : 'quick',
    correction: numberFlag(values, 'correction', defaultPlan.correction),
    heldOut: numberFlag(values, 'held-out', defaultPlan.heldOut),
    scaleType: oneOf(values, 'scale-dtype', ['f32', 'f16'], command === 'layer' ? 'f32' : 'f16'),
    window: numberFlag(values, 'window', defaultPlan.window),
    samples: numberFlag(values, 'samples', defaultPlan.samples),
    windows: numberFlag(values, 'windows', defaultPlan.windows),
  }
  if (values.group !== undefined && values.group !== 'tensor' && plan.group < 1)
    throw new InputError(
      `--group is ${values.group}; allowed: whole numbers from 1, tensor (leave it out for one group per row)`,
    )
  return { path: positionals[0], paths: positionals, plan, values }
}

/** Presets by name, or one recipe composed of its stages. */
function recipeNames(values: Values): string[] {
  const { transform, steps } = values
  const names = values.recipe ?? values.recipes
  if (steps === undefined) {
    if (transform !== undefined) throw new InputError('--transform needs --steps')
    if (names === undefined) throw new InputError('--recipe is missing')
    return String(names).split(',')
  }
  if (names !== undefined) throw new InputError('give --recipe, or --transform and --steps, not both')
  try {
    const chain = parseSteps(String(steps), ',')
    return [recipeText({ transform: parseStage('transform', transforms, String(transform ?? 'none')), steps: chain })]
  } catch (error) {
    throw new InputError((error as Error).message)
  }
}

/** @throws InputError for a value that is no number. */
export function numberFlag(values: Values, name: Flag, absent: number): number {
  const given = values[name]
  if (given === undefined) return absent
  if (typeof given !== 'string' || given.trim() === '' || !Number.isFinite(Number(given)))
    throw new InputError(`--${name} is '${given}', which is not a number`)
  return Number(given)
}

function oneOf<C extends string>(values: Values, name: Flag, choices: readonly C[], absent: C): C {
  const given = values[name] ?? absent
  const found = choices.find((candidate) => candidate === given)
  if (found === undefined) throw new InputError(`--${name} is '${given}'; allowed: ${choices.join(', ')}`)
  return found
}
