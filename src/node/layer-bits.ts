// `--layer-bits`: bits of single layers, as PATH=BITS,PATH=BITS or as a .json file with an object of them.
import { InputError } from '../formats/errors.ts'
import { fileText } from './files.ts'

/** By tensor path; which paths and bits are allowed, the plan's check says. @throws InputError when it cannot be read. */
export async function layerBitsOf(given: string): Promise<Record<string, number>> {
  return given.endsWith('.json') ? fromJson(await fileText(given)) : fromPairs(given)
}

function fromPairs(text: string): Record<string, number> {
  const all: Record<string, number> = {}
  for (const pair of text.split(',')) {
    const [, layer, bits] = /^([^=]+)=(\d+)$/.exec(pair.trim()) ?? []
    if (layer === undefined) throw new InputError(`--layer-bits has '${pair}'; allowed: PATH=BITS, or a .json file`)
    if (Object.hasOwn(all, layer)) throw new InputError(`--layer-bits names ${layer} twice`)
    all[layer] = Number(bits)
  }
  return all
}

function fromJson({ name, text }: { name: string; text: string }): Record<string, number> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new InputError(`${name}: ${(error as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(`${name} is no object of tensor paths and bits`)
  const wrong = Object.entries(value).find(([, bits]) => typeof bits !== 'number')
  if (wrong) throw new InputError(`${name}: bits of ${wrong[0]} are ${JSON.stringify(wrong[1])}, which is not a number`)
  return value as Record<string, number>
}
