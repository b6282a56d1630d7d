// Values that stay the same object while they say the same, so that what is drawn from them is not drawn again.
import { useMemo, useState } from 'react'

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
