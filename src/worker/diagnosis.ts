// What is wrong with a checkpoint that cannot be opened, and what is not: every file is looked at by itself, so that
// all bad ones are named at once and the good ones keep their mark.
import { type CheckpointFile, type JsonObject, readJson } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'
import { openSafetensors } from '../formats/safetensors.ts'
import { openTokenizer } from '../tokenizer/tokenizer.ts'
import type { Check } from './protocol.ts'

/** Lines about errors that are shown one by one. */
const SHOWN = 6

/** Files that are looked at one by one. */
const LOOKED_AT = 400

/** @param error what kept the checkpoint from being opened. */
export async function diagnosis(error: InputError, files: readonly CheckpointFile[]): Promise<Check[]> {
  const rows: Check[] = []
  const bad: string[] = []
  const look = async (subject: string, work: () => Promise<string>) => {
    try {
      rows.push({ status: 'ok', subject, fact: await work() })
    } catch (refusal) {
      if (!(refusal instanceof InputError)) throw refusal
      bad.push(refusal.message, ...refusal.more)
    }
  }
  const lines = [error.message, ...error.more]
  for (const file of files.slice(0, LOOKED_AT)) {
    const { path } = file
    const name = path.split('/').at(-1) ?? ''
    const json = (say: (content: JsonObject) => string) => look(path, async () => say(await readJson(file)))
    if (name === 'config.json' && !lines.some((line) => line.startsWith('config.json')))
      await json(({ model_type: type }) => (typeof type === 'string' ? `model_type ${type}` : 'A JSON object'))
    else if (name === 'tokenizer.json')
      await json((content) => `${openTokenizer(content).size.toLocaleString('en-US')} tokens`)
    else if (name.endsWith('.safetensors.index.json')) await json(() => 'A JSON object')
    else if (name.endsWith('.safetensors'))
      await look(path, async () => {
        const { tensors } = await openSafetensors(file.blob, path)
        const types = [...new Set([...tensors.values()].map(({ dtype }) => dtype))].join(', ')
        return `${tensors.size.toLocaleString('en-US')} tensors, ${types}`
      })
  }
  const more = [...new Set([...error.more, ...bad])].filter((line) => line !== error.message)
  const all = new InputError(error.message, { more })
  return [...errorRows(all, files, 'Shapes'), ...rows]
}

/** One row per line of an error, at most `SHOWN`, then how many more. Lines about tensors stand under `tensors`. */
export function errorRows(
  { message, more }: InputError,
  files: readonly { path: string }[],
  tensors: 'Shapes' | 'Values',
): Check[] {
  const lines = [message, ...more]
  const rows = lines.slice(0, SHOWN).map((fact): Check => {
    const file = files.find(
      ({ path }) => fact.startsWith(path) || fact.startsWith(path.split('/').at(-1) ?? path),
    )?.path
    const aboutTensor = / has shape |^tensor '| is [A-Z0-9_]+; weights are /.test(fact)
    const subject = tensors === 'Values' ? 'Values' : (file ?? (aboutTensor ? 'Shapes' : 'Checkpoint'))
    return { status: 'error', subject, fact }
  })
  const left = lines.length - rows.length
  if (left > 0) rows.push({ status: 'error', subject: 'And more', fact: `${left} more of this kind` })
  return rows
}
