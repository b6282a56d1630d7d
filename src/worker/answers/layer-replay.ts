// Solves a layer once more and keeps the moments, so that the loss curve can be gone back in.
import { InputError } from '../../formats/errors.ts'
import { replay } from '../../pipeline/replay.ts'
import type { Answerer } from '../asking.ts'
import { factsOf, hessianOf, keepReplay, replayOf, solutionOf, weightsOf } from './layer-matter.ts'

export const layerReplay: Answerer<'layer-replay'> = {
  device: true,
  async answer(desk, asked, tell, wanted) {
    const { layer, recipe = '' } = asked
    const solution = solutionOf(desk, asked)
    if (!solution || !desk.run) throw new InputError(`${recipe} has not solved ${layer} yet`)
    if (solution.restored) throw new InputError(`the codes of ${recipe} live in another basis than the weights`)
    let known = replayOf(desk, asked)
    if (!known) {
      const kept = hessianOf(desk, layer)
      if (typeof kept === 'string') throw new InputError(kept)
      const weights = await weightsOf(desk, layer)
      const { plan } = desk.run
      const run = replay({ gpu: desk.gpu, weights, layer: factsOf(desk, layer), kept, plan, recipe, solution })
      try {
        for (;;) {
          const next = await run.next()
          if (next.done) {
            known = next.value
            break
          }
          if (!wanted()) return { moments: [], thinned: false, differing: 0 }
          tell({ moves: next.value })
        }
      } finally {
        await run.return(undefined as never)
      }
      keepReplay(desk, solution, known)
    }
    const { history, differing } = known
    return { moments: [...history.moments], thinned: history.thinned, differing }
  },
}
