import { expect, test } from 'vitest'
import { tinyCheckpoint, tinyLlama } from '../test/tiny-llama.ts'
import { digest } from './digest.ts'
import { fingerprint } from './fingerprint.ts'

test('the digest is the head of SHA-256, wherever the pieces are cut', async () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  // SHA-256 of 'abc' in FIPS 180-4, appendix B.1: ba7816bf 8f01cfea …
  expect(await digest([bytes('abc')])).toBe('ba7816bf8f01cfea')
  expect(await digest([bytes('a'), bytes('bc')])).toBe('ba7816bf8f01cfea')
})

/** The fingerprint of the tiny model with one number changed, if any. */
async function of(tensor?: string, at = 0, small?: number): Promise<string> {
  const tiny = tinyLlama()
  if (tensor) tiny.tensors.get(tensor)!.data[at] += 1
  const checkpoint = await tinyCheckpoint(tiny)
  return fingerprint(checkpoint, new Map([...checkpoint.tensors].map(([name, { shape }]) => [name, shape])), small)
}

test('a small model is told apart by any of its numbers', async () => {
  const same = await of()
  expect(await of()).toBe(same)
  expect(await of('model.layers.1.mlp.up_proj.weight', 700)).not.toBe(same)
  expect(await of('model.norm.weight', 3)).not.toBe(same)
})

test('a large one by the beginnings and the middles of its tensors', async () => {
  const same = await of(undefined, 0, 0)
  expect(await of(undefined, 0, 0)).toBe(same)
  // The embedding has 77 × 20 = 1540 numbers: read are 0 to 511 and 514 to 1025.
  expect(await of('model.embed_tokens.weight', 511, 0)).not.toBe(same)
  expect(await of('model.embed_tokens.weight', 1025, 0)).not.toBe(same)
  expect(await of('model.embed_tokens.weight', 1026, 0)).toBe(same)
})

test('one whose files are named by their contents by those names, and nothing is read', async () => {
  const checkpoint = await tinyCheckpoint(tinyLlama())
  const shapes = new Map([...checkpoint.tensors].map(([name, { shape }]) => [name, shape]))
  const floats = () => Promise.reject(new Error('read'))
  const named = (...contents: string[]) => fingerprint({ ...checkpoint, contents, floats }, shapes)
  expect(await named('a', 'b')).toBe(await named('a', 'b'))
  expect(new Set([await named('a', 'b'), await named('a', 'c'), await named('ab'), await of()]).size).toBe(4)
})
