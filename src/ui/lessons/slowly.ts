// Work in the page that takes long: one piece per task, so that the page stays awake.
import { useEffect, useState } from 'react'

const none: readonly never[] = []

/** `work` on a problem, each item once: pictures and words ask for the same numbers. */
export function once<P extends object, I, R>(work: (problem: P, item: I) => R, key: (item: I) => string) {
  const known = new WeakMap<P, Map<string, R>>()
  return (problem: P, item: I): R => {
    const results = known.get(problem) ?? new Map<string, R>()
    known.set(problem, results)
    const found = results.get(key(item)) ?? work(problem, item)
    results.set(key(item), found)
    return found
  }
}

/** What `work` makes of every item, as far as it is by now. `items` and `work` must be the same from render to render. */
export function useSlowly<I, R>(items: readonly I[], work: (item: I) => R): readonly R[] {
  const [done, setDone] = useState<{ items: readonly I[]; work: (item: I) => R; results: readonly R[] }>()
  const current = done?.items === items && done.work === work ? done.results : none
  useEffect(() => {
    if (current.length >= items.length) return
    const timer = setTimeout(() => setDone({ items, work, results: [...current, work(items[current.length])] }))
    return () => clearTimeout(timer)
  }, [items, work, current])
  return current
}
