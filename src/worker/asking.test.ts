// Questions whose requests to a server are ended with those of a run.
import { expect, test } from 'vitest'
import { InputError } from '../formats/errors.ts'
import { Asking, INTERRUPTED } from './asking.ts'
import type { FromWorker } from './protocol.ts'
import type { Question } from './questions.ts'

test('one beside the run begins again, one on the device is told so', async () => {
  const posted: FromWorker[] = []
  let begun = 0
  const desk = () => Promise.reject(new InputError(begun++ ? 'nothing is open' : INTERRUPTED))
  const asking = new Asking(
    desk,
    () => Promise.resolve(),
    (message) => posted.push(message),
  )
  const answers = async (id: number, kind: Question['kind']) => {
    begun = 0
    await asking.ask(id, { kind, ask: {} } as Question)
    return [begun, posted.at(-1)]
  }
  const refused = (id: number, message: string) => ({ type: 'refused', id, kind: 'input', message })
  expect(await answers(1, 'layer-pixels')).toEqual([2, refused(1, 'nothing is open')])
  expect(await answers(2, 'estimate')).toEqual([1, refused(2, INTERRUPTED)])
})
