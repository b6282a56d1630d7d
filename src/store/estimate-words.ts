// Times that are only roughly known, in words.
import { duration } from './wording.ts'

/** Two digits of it are known at best: 1,234 ms → '1.2 s', 107,000 ms → '1 min 50 s', 240,000 ms → '4 min'. */
export function aboutDuration(ms: number): string {
  return duration(Number(ms.toPrecision(2))).replace(/ 0 (s|min)$/, '')
}
