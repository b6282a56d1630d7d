// Looks at a descent on the way: a piece in parts, with a look after each. The steps and what they read are the same, so
// that the codes end the same as without.
import type { Pieces } from './descent-pieces.ts'
import type { DescentPoint, Work } from './stage.ts'

/** Looks at the steps that a descent usually takes. */
const LOOKS = 64

/** Runs so many steps of a descent that stands at `before`; `fresh` as for `Pieces.record`. */
export async function watchPiece(
  { gpu, codes, levels, measure, truth, watch }: Work,
  pieces: Pieces,
  { length, fresh, before }: { length: number; fresh: boolean; before: DescentPoint },
): Promise<void> {
  let every = Math.max(1, Math.floor(pieces.usual / LOOKS))
  for (let done = 0; done < length;) {
    const steps: number = Math.min(every, length - done)
    const batch = gpu.batch('descent')
    pieces.record(batch, steps, done, fresh && done === 0)
    batch.flush()
    measure.changed()
    const sums = await pieces.read(done + steps)
    const changed = sums.slice(done).some(([, moves]) => moves > 0)
    // Where one step without a move is the end, the rest is only written down.
    if (!changed && pieces.span === 1) every = length
    done += steps
    if (!changed) continue
    const point = sums.reduce(
      (sum, [gain, moves]) => ({ moves: sum.moves + moves, objective: sum.objective + gain }),
      before,
    )
    const objective = truth === measure ? point.objective : await truth.objective(codes, levels)
    await watch?.({ ...point, objective })
  }
}
