// Values that change seldom, so that what is drawn from them is seldom drawn again.
import { useEffect, useMemo, useRef, useState } from 'react'

/** The value, as plain data; a new object only when its JSON has changed. */
export function useSame<T>(value: T): T {
  const json = JSON.stringify(value)
  return useMemo(() => JSON.parse(json) as T, [json])
}

/** The value, or while there is none the last one. */
export function useLast<T>(value: T | undefined): T | undefined {
  const [last, setLast] = useState(value)
  if (value !== undefined && value !== last) setLast(value)
  return value ?? last
}

/** The newest value, but not more often than every `everyMs`; the last one always comes through. */
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

/** The value once it has not changed for `ms`; until then the last one that stood still. */
export function useStill<T>(value: T, ms: number): T {
  const [still, setStill] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setStill(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return still
}
