// Every room of the page, one line each, in the order of the top bar. All but the first are fetched when they are entered.
import { lazy, type ComponentType } from 'react'
import type { Room } from '../store/session.ts'
import { PlayRoom } from './PlayRoom.tsx'

interface RoomEntry {
  room: Room
  title: string
  /** As printed on the key that leads there. */
  key: string
  /** What the key does, in the list of keys. */
  what: string
  /** True where the plan strip stands above it. */
  planned: boolean
  Room: ComponentType
}

const LayerRoom = lazy(async () => ({ default: (await import('./layer/LayerRoom.tsx')).LayerRoom }))
const CompareRoom = lazy(async () => ({ default: (await import('./compare/CompareRoom.tsx')).CompareRoom }))
const LessonsRoom = lazy(async () => ({ default: (await import('./lessons/LessonsRoom.tsx')).LessonsRoom }))
const OpenRoom = lazy(async () => ({ default: (await import('./OpenRoom.tsx')).OpenRoom }))

export const rooms: readonly RoomEntry[] = [
  { room: 'play', title: 'Play', key: 'P', what: 'play', planned: true, Room: PlayRoom },
  { room: 'layer', title: 'Layer', key: 'L', what: 'look into this layer', planned: false, Room: LayerRoom },
  { room: 'compare', title: 'Compare', key: 'C', what: 'compare runs', planned: false, Room: CompareRoom },
  { room: 'lessons', title: 'Lessons', key: 'E', what: 'lessons', planned: false, Room: LessonsRoom },
  { room: 'open', title: 'Open model', key: 'O', what: 'open a model', planned: false, Room: OpenRoom },
]
