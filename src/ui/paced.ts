// Values that change faster than a drawing should.
import { useEffect, useRef, useState } from 'react'

/**
 * The newest value, but not more often than every `everyMs`; the last one always comes through, in a task of its
 * own.
 */
export function usePaced<T>(value: T, everyMs: number): T {
  const [shown, setShown] = useState(value)
  const last = useRef(-Infinity)
  useEffect(() => {
    if (Object.is(shown, value)) return
    const wait = Math.max(0, last.current + everyMs - performance.now())
    const timer = setTimeout(() => {
      last.current = performance.now()
      setShown(value)
    }, wait)
    return () => clearTimeout(timer)
  }, [value, shown, everyMs])
  return shown
}

/** The value that was first given under this key. */
export function useKept<T>(value: T, key: string): T {
  const [kept, setKept] = useState({ value, key })
  if (kept.key === key) return kept.value
  setKept({ value, key })
  return value
}
