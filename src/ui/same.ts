// Values that stay the same object while they say the same, so that what is drawn from them is not drawn again.
import { useMemo } from 'react'

/** The value, as plain data; a new object only when its JSON has changed. */
export function useSame<T>(value: T): T {
  const json = JSON.stringify(value)
  return useMemo(() => JSON.parse(json) as T, [json])
}
