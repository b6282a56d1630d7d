// What the address says about the page itself: `?room=layer&layer=model.layers.0.mlp.up_proj`, a model on a hub, an open
// lesson and its step, and what a teacher's link hides and locks. The plan is url.ts's.
import type { Plan } from '../pipeline/plan.ts'
import { rooms, type Room } from './session.ts'

/** Parts of the page that a link can leave out, and what they are called. */
export const parts = {
  nav: 'the tabs of the rooms',
  plan: 'the plan strip',
  controls: 'the run controls',
  verdict: 'the verdict',
  layer: 'This layer',
  layers: 'Every layer',
  table: 'The numbers',
  perplexity: 'The whole model',
  drop: 'Open your own model',
  lessons: 'the list of lessons',
  foot: 'the foot of the page',
} as const
export type Part = keyof typeof parts

/** Controls that a link can lock, and the fields of the plan that no longer change with them. */
export const locks = {
  model: { title: 'Model', fields: [] },
  bits: { title: 'Bits', fields: ['bits', 'layerBits'] },
  group: { title: 'Group', fields: ['group'] },
  grid: { title: 'Grid', fields: ['grid'] },
  zero: { title: 'Zero point', fields: ['symmetric'] },
  calibration: { title: 'Calibration', fields: ['samples', 'window', 'windows', 'heldOut'] },
  solver: {
    title: 'Solver',
    fields: ['mode', 'correction', 'damp', 'order', 'eigenClip', 'eigenThreshold', 'seed'],
  },
  recipes: { title: 'Recipes', fields: ['recipes'] },
} as const satisfies Record<string, { title: string; fields: readonly (keyof Plan)[] }>
export type Lock = keyof typeof locks

export interface View {
  /** Name of the lesson that is open, and its step (from 1). */
  lesson?: string
  step?: number
  hide: readonly Part[]
  lock: readonly Lock[]
  /** Projector type. */
  big: boolean
  /** Whose weights the room Layer shows. */
  recipe?: string
  /** A model on a hub, by its id or address: the link's, or the one that is open. Nothing is requested for it. */
  model?: string
}

export const plainView: View = { hide: [], lock: [], big: false }

/** Names of the address that are the view's. */
const names = ['model', 'room', 'layer', 'recipe', 'lesson', 'step', 'hide', 'lock', 'big']

export interface LinkedView {
  room: Room
  view: View
  /** Tensor path of the layer to show. */
  layer?: string
  problems: readonly string[]
}

/** Reads `location.search`. What is not allowed is left out and named in `problems`. */
export function readView(search: string): LinkedView {
  const given = new URLSearchParams(search)
  const problems: string[] = []
  const list = <N extends string>(name: string, known: Readonly<Record<N, unknown>>): N[] => {
    const asked = (given.get(name) ?? '').split(',').filter(Boolean)
    const unknown = asked.filter((one) => !Object.hasOwn(known, one))
    if (unknown.length)
      problems.push(`The link asks for ${name}=${unknown.join(',')}; allowed: ${Object.keys(known).join(', ')}.`)
    return (Object.keys(known) as N[]).filter((one) => asked.includes(one))
  }
  const lesson = given.get('lesson')
  const step = given.get('step')
  const model = given.get('model')?.slice(0, 500)
  const asked = given.get('room') ?? (lesson ? 'lessons' : model ? 'open' : null)
  const known = rooms.find((room) => room === asked)
  if (asked !== null && !known)
    problems.push(`The link asks for room=${asked}; allowed: ${rooms.join(', ')}. Kept play.`)
  const counted = step !== null && /^[1-9]\d?$/.test(step)
  if (step !== null && !counted)
    problems.push(`The link asks for step=${step}; allowed: whole numbers from 1 to 99. Kept 1.`)
  const big = given.get('big')
  if (big !== null && big !== '0' && big !== '1') problems.push(`The link asks for big=${big}; allowed: 0, 1. Kept 0.`)
  const layer = given.get('layer')
  const view: View = { hide: list('hide', parts), lock: list('lock', locks), big: big === '1' }
  const recipe = given.get('recipe')
  if (lesson) view.lesson = lesson
  if (recipe) view.recipe = recipe
  if (model) view.model = model
  if (counted) view.step = Number(step)
  return { room: known ?? 'play', view, problems, ...(layer && { layer }) }
}

/** `search` with the view in it; other parameters stay. Empty, or begins with '?'. */
export function writeView(room: Room, layer: string | undefined, view: View = plainView, search = ''): string {
  const kept = search
    .replace(/^\?/, '')
    .split('&')
    .filter((part) => part && !names.includes(part.split('=')[0]))
  const own = [
    ...(view.model ? [`model=${encodeURIComponent(view.model).replaceAll('%2F', '/').replaceAll('%3A', ':')}`] : []),
    ...(room === 'play' ? [] : [`room=${room}`]),
    ...(layer ? [`layer=${encodeURIComponent(layer)}`] : []),
    ...(room === 'layer' && view.recipe ? [`recipe=${encodeURIComponent(view.recipe)}`] : []),
    ...(room === 'lessons' && view.lesson ? [`lesson=${encodeURIComponent(view.lesson)}`] : []),
    ...(room === 'lessons' && view.step ? [`step=${view.step}`] : []),
    ...(view.hide.length ? [`hide=${view.hide.join(',')}`] : []),
    ...(view.lock.length ? [`lock=${view.lock.join(',')}`] : []),
    ...(view.big ? ['big=1'] : []),
  ]
  const all = [...kept, ...own]
  return all.length ? `?${all.join('&')}` : ''
}

/** A change of the plan without what is locked. */
export function unlocked(change: Partial<Plan>, lock: readonly Lock[]): Partial<Plan> {
  const fields: readonly string[] = lock.flatMap((name) => locks[name].fields)
  return Object.fromEntries(Object.entries(change).filter(([field]) => !fields.includes(field)))
}
