// A file that holds one JSON object.
import type { CheckpointFile, JsonObject } from './checkpoint.ts'
import { InputError } from './errors.ts'
import { disguiseOf, readRange } from './range.ts'

/** @throws InputError when the file holds no JSON object. */
export async function readJson({ path, blob }: CheckpointFile): Promise<JsonObject> {
  const bytes = await readRange(blob, 0, blob.size, path)
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new InputError(
      `${path} ${disguiseOf(bytes) ?? `is not JSON (${(error as Error).message.replaceAll('\n', '\\n')})`}`,
    )
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new InputError(`${path} holds no JSON object`)
  return json as JsonObject
}
