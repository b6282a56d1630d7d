// What the address says about the page itself: `?room=layer&layer=model.layers.0.mlp.up_proj`. The plan is url.ts's.
import { rooms, type Room } from './session.ts'

export interface View {
  /** The lesson that is open, and its step (from 1). */
  lesson?: string
  step?: number
  /** Parts of the page that a teacher's link leaves out, and controls that it locks. */
  hide: readonly string[]
  lock: readonly string[]
  /** Projector type. */
  big: boolean
}

export const plainView: View = { hide: [], lock: [], big: false }

/** Names of the address that are the view's. */
const names = ['room', 'layer', 'lesson', 'step', 'hide', 'lock', 'big']

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
  const asked = given.get('room')
  const known = rooms.find((room) => room === asked)
  if (asked !== null && !known)
    problems.push(`The link asks for room=${asked}; allowed: ${rooms.join(', ')}. Kept play.`)
  const layer = given.get('layer')
  return { room: known ?? 'play', view: plainView, problems, ...(layer && { layer }) }
}

/** `search` with the view in it; other parameters stay. Empty, or begins with '?'. */
export function writeView(room: Room, layer: string | undefined, search = ''): string {
  const kept = search
    .replace(/^\?/, '')
    .split('&')
    .filter((part) => part && !names.includes(part.split('=')[0]))
  const own = [...(room === 'play' ? [] : [`room=${room}`]), ...(layer ? [`layer=${encodeURIComponent(layer)}`] : [])]
  const parts = [...kept, ...own]
  return parts.length ? `?${parts.join('&')}` : ''
}
