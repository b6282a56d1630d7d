// A model's fingerprint: under which results that were measured on it are kept. SHA-256 of its configuration, of the
// name and shape of every tensor, and of the weights. These go in by the names of their files' contents where a list
// gives such (the Hub's SHA-256), so that nothing is requested for it. Otherwise by their numbers: all of them in a small
// model, the first and the middle of every tensor in a large one. A large model that differs only between those places
// is taken for the same; one model from the Hub and from a folder for two.
import type { Checkpoint } from '../formats/checkpoint.ts'
import { digest } from './digest.ts'

/** Models of up to so many parameters are small. */
const SMALL = 4_000_000

/** Numbers of one piece of a tensor. */
const PIECE = 512

/** @param shapes of all tensors that belong to the model. @throws InputError when a tensor cannot be read. */
export async function fingerprint(
  checkpoint: Checkpoint,
  shapes: ReadonlyMap<string, readonly number[]>,
  small = SMALL,
): Promise<string> {
  const sizes = new Map([...shapes].map(([name, shape]) => [name, shape.reduce((product, n) => product * n, 1)]))
  const parameters = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  const pieces: BufferSource[] = [
    new TextEncoder().encode(JSON.stringify([checkpoint.config, [...shapes].map(([name, shape]) => [name, ...shape])])),
  ]
  if (checkpoint.contents) return digest([...pieces, new TextEncoder().encode(JSON.stringify(checkpoint.contents))])
  for (const [name, size] of sizes)
    if (parameters <= small) pieces.push(await checkpoint.floats(name))
    else
      for (const first of [0, Math.max(0, Math.floor((size - PIECE) / 2))])
        pieces.push(await checkpoint.floats(name, first, Math.min(PIECE, size - first)))
  return digest(pieces)
}
