// The buffers of measure.ts, in bytes.
import type { Holding } from '../gpu/account.ts'

export const MEASURES = 'Errors and gradients'

/** E and G f32 [rows, columns], and row losses; `shift`: those of the shift, too. */
export function holdMeasure(
  held: Holding,
  { rows, columns, shift = false }: { rows: number; columns: number; shift?: boolean },
): void {
  const shape = `${rows.toLocaleString('en-US')} × ${columns.toLocaleString('en-US')}`
  held.hold(MEASURES, 4 * rows * columns, `errors E, ${shape}`)
  held.hold(MEASURES, 4 * rows * columns, `gradients E H, ${shape}`)
  held.hold(MEASURES, 4 * rows)
  if (shift) held.hold(MEASURES, 4 * rows)
}
