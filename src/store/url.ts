// The plan in the address: `?bits=3&group=64&recipes=rtn,gptq,gptq+cdquant`. Only what differs from the default is
// written.
import { defaultPlan, type Plan } from '../pipeline/plan.ts'
import { grids } from '../quantize/grids/index.ts'
import { TENSOR } from '../quantize/problem.ts'
import { recipeNamed, recipes } from '../quantize/recipes.ts'
import { mixText } from './mix.ts'

export interface LinkedPlan {
  plan: Plan
  /** Bits of every layer as digits, for when the model's layers are known (mix.ts). */
  mix?: string
  /** False for `autorun=0`: the page waits for Run. */
  autorun: boolean
  /** What the link asked for and did not get. */
  problems: readonly string[]
}

interface Field {
  /** Undefined: the text is not allowed. */
  read(text: string): Partial<Plan> | undefined
  write(plan: Plan): string
  allowed: string
}

type NumberKey = 'bits' | 'group' | 'samples' | 'windows' | 'window' | 'heldOut' | 'seed'

const whole = (key: NumberKey, min: number, max: number, allowed = `whole numbers from ${min} to ${max}`): Field => ({
  read: (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN
    return value >= min && value <= max ? { [key]: value } : undefined
  },
  write: (plan) => String(plan[key]),
  allowed,
})

const between = (key: 'eigenClip' | 'eigenThreshold' | 'correction', max: number): Field => ({
  read: (text) => {
    const value = /^[\d.eE+-]+$/.test(text) ? Number(text) : NaN
    return value >= 0 && value <= max ? { [key]: value } : undefined
  },
  write: (plan) => String(plan[key]),
  allowed: `0 to ${max}`,
})

const oneOf = <K extends 'grid' | 'order' | 'scaleType' | 'mode'>(key: K, values: readonly Plan[K][]): Field => ({
  read: (text) => (values.includes(text as Plan[K]) ? { [key]: text as Plan[K] } : undefined),
  write: (plan) => plan[key],
  allowed: values.join(', '),
})

const groupField = whole('group', 0, 1_000_000, "'row', 'tensor', 0 or a number of columns")

const names = recipes.map(({ name }) => name)

const fields: Readonly<Record<string, Field>> = {
  bits: whole('bits', 2, 8),
  group: {
    ...groupField,
    read: (text) => (text === 'row' ? { group: 0 } : text === 'tensor' ? { group: TENSOR } : groupField.read(text)),
    write: ({ group }) => (group === TENSOR ? 'tensor' : String(group)),
  },
  recipes: {
    read: (text) => {
      // A plus sign in an address reads as a space.
      const asked = text.split(',').map((name) => name.trim().replaceAll(' ', '+'))
      return asked.every(isRecipe) ? { recipes: inOrder(asked) } : undefined
    },
    write: (plan) => plan.recipes.join(','),
    allowed: `${names.join(', ')}, or transform~grid~step+step`,
  },
  grid: oneOf(
    'grid',
    grids.map(({ name }) => name),
  ),
  sym: {
    read: (text) => (text === '1' || text === '0' ? { symmetric: text === '1' } : undefined),
    write: (plan) => (plan.symmetric ? '1' : '0'),
    allowed: '0, 1',
  },
  order: oneOf('order', ['natural', 'activation']),
  scale: oneOf('scaleType', ['f16', 'f32']),
  samples: whole('samples', 1, 100_000),
  windows: whole('windows', 0, 100_000),
  heldout: whole('heldOut', 0, 100_000),
  seed: whole('seed', 0, 2 ** 32 - 1),
  clip: between('eigenClip', 0.5),
  threshold: between('eigenThreshold', 1e6),
  mode: oneOf('mode', ['quick', 'faithful']),
  correction: between('correction', 1),
  window: whole('window', 2, 100_000),
  damp: {
    read: (text) => {
      const value = /^[\d.eE+-]+$/.test(text) ? Number(text) : NaN
      return value > 0 && value <= 1 ? { damp: value } : undefined
    },
    write: (plan) => String(plan.damp),
    allowed: 'above 0, up to 1',
  },
}

/**
 * Recipes once each, presets in the order of the index, then composed ones: the yardstick is solved before what is
 * measured against it.
 */
export function inOrder(asked: readonly string[]): string[] {
  const own = [...new Set(asked)].filter((name) => !names.includes(name))
  return [...names.filter((name) => asked.includes(name)), ...own]
}

function isRecipe(name: string): boolean {
  try {
    recipeNamed(name)
    return true
  } catch {
    return false
  }
}

/** Reads `location.search`. What is not allowed keeps its default and is named in `problems`. */
export function readPlan(search: string): LinkedPlan {
  const given = new URLSearchParams(search)
  const problems: string[] = []
  let plan = defaultPlan
  for (const [name, { read, write, allowed }] of Object.entries(fields)) {
    const text = given.get(name)
    if (text === null) continue
    const part = read(text)
    if (part) plan = { ...plan, ...part }
    else problems.push(`The link asks for ${name}=${text}; allowed: ${allowed}. Kept ${write(defaultPlan)}.`)
  }
  const mix = given.get('mix')
  const mixed = mix !== null && /^[2-8]+$/.test(mix)
  if (mix !== null && !mixed)
    problems.push(
      `The link asks for mix=${mix}; allowed: one digit from 2 to 8 per layer. Kept ${plan.bits} bits for all.`,
    )
  const autorun = given.get('autorun')
  if (autorun !== null && autorun !== '0' && autorun !== '1')
    problems.push(`The link asks for autorun=${autorun}; allowed: 0, 1. Kept 1.`)
  return { plan, ...(mixed && { mix }), autorun: autorun !== '0', problems }
}

/**
 * `search` with the plan in it; other parameters stay, and so does a mix of bits while the layers are not known. Empty,
 * or begins with '?'.
 */
export function writePlan(plan: Plan, search = '', layers?: readonly { layer: string }[]): string {
  const kept = [...new URLSearchParams(search)].filter(([name]) => !(name in fields) && !(layers && name === 'mix'))
  const mix = layers && mixText(plan, layers)
  const changed = Object.entries(fields).flatMap(([name, { write }]) =>
    write(plan) === write(defaultPlan) ? [] : [[name, write(plan)] as const],
  )
  if (mix !== undefined) changed.push(['mix', mix])
  const encode = (value: string) => encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%2B', '+')
  const parts = [...changed, ...kept].map(([name, value]) => `${encodeURIComponent(name)}=${encode(value)}`)
  return parts.length ? `?${parts.join('&')}` : ''
}
