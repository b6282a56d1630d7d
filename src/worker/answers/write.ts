// What the unquantized model and recipes of the newest run make of a prompt, token by token.
import { InputError } from '../../formats/errors.ts'
import { write as writeTexts, type WriteEvent } from '../../pipeline/generate-compare.ts'
import type { Answerer } from '../asking.ts'
import { wholeModel } from '../open.ts'

/** Tokens are told together, at most this often. */
const TELL_EVERY_MS = 100

export const write: Answerer<'write'> = {
  device: true,
  async answer({ gpu, opened, run }, ask, tell, wanted) {
    const { model, checkpoint } = wholeModel(opened)
    for (const recipe of ask.recipes) {
      const solved = model.layers.filter(({ layer }) => run?.solutions.get(recipe, layer)).length
      if (solved < model.layers.length)
        throw new InputError(
          `${recipe} has solved ${solved} of ${model.layers.length} layers; it can write when all are`,
        )
    }
    const substitute = (recipe: string) => run!.solutions.substitute(gpu, recipe)
    let pending: WriteEvent[] = []
    let last = performance.now()
    for await (const event of writeTexts({ gpu, model, checkpoint, substitute }, ask)) {
      if (!wanted()) break
      pending.push(event)
      if (event.event === 'token' && performance.now() - last < TELL_EVERY_MS) continue
      tell(pending)
      pending = []
      last = performance.now()
    }
    return { ...(run && { plan: run.plan }) }
  },
}
