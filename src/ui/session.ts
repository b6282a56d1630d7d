// The page's way to the store: the playground by context, its state by selector.
import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { Playground } from '../store/playground.ts'
import type { Session } from '../store/session.ts'

export const PlaygroundContext = createContext<Playground | undefined>(undefined)

export function usePlayground(): Playground {
  const playground = useContext(PlaygroundContext)
  if (!playground) throw new Error('this component stands outside of the playground')
  return playground
}

export function useSession<T>(select: (session: Session) => T): T {
  return useStore(usePlayground().store, select)
}
