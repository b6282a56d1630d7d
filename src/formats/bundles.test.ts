// How many requests it takes to go through a model: the tensors of SmolLM2-135M as its file has them, by name.
import { expect, test } from 'vitest'
import { bundled, bundleBytes } from './bundles.ts'

/** Bytes of a block's tensors in BF16, hidden 576, inner 1536, in the order of the file. */
const block = Object.entries({
  input_layernorm: 2 * 576,
  'mlp.down': 2 * 576 * 1536,
  'mlp.gate': 2 * 576 * 1536,
  'mlp.up': 2 * 576 * 1536,
  post_attention_layernorm: 2 * 576,
  'attention.k': 2 * 192 * 576,
  'attention.o': 2 * 576 * 576,
  'attention.q': 2 * 576 * 576,
  'attention.v': 2 * 192 * 576,
})
/** In which a block is loaded. */
const order = [7, 5, 8, 6, 3, 1, 2, 0, 4]

/** A far file with 30 such blocks, the tenth after the first as names are sorted, and what was asked of it. */
function smol() {
  const blocks = Array.from({ length: 30 }, (_, i) => i).sort((a, b) => (`${a}` < `${b}` ? -1 : 1))
  const tensors = new Map<string, { start: number; end: number }>()
  let end = 1000
  for (const index of blocks)
    for (const [name, bytes] of block) tensors.set(`${index} ${name}`, { start: end, end: (end += bytes) })
  const asked: [number, number][] = []
  const slice = (from: number, to: number) => {
    asked.push([from, to])
    return { arrayBuffer: () => Promise.resolve(new ArrayBuffer(0)) }
  }
  return { tensors, asked, file: { size: end, slice, far: true } }
}

test('a pass through SmolLM2-135M takes 34 requests instead of 270, and reads 13 % more than the file', async () => {
  const { tensors, asked, file } = smol()
  const source = bundled(file, tensors.values())
  for (let index = 0; index < 30; index++)
    for (const i of order) {
      const { start, end } = tensors.get(`${index} ${block[i][0]}`)!
      await source.slice(start, end).arrayBuffer()
    }
  const bytes = asked.reduce((sum, [from, to]) => sum + to - from, 0)
  expect(Math.max(...asked.map(([from, to]) => to - from))).toBeLessThanOrEqual(bundleBytes)
  expect(asked.length).toBeLessThanOrEqual(34)
  expect(bytes / (file.size - 1000)).toBeLessThan(1.14)
})

test('what failed is asked for again, and a file that is near is read as it is', async () => {
  const { tensors, file } = smol()
  let asked = 0
  const slice = () => ({
    arrayBuffer: () => (asked++ ? Promise.resolve(new ArrayBuffer(9)) : Promise.reject(new Error('x'))),
  })
  const source = bundled({ ...file, slice }, tensors.values())
  await expect(source.slice(1000, 1002).arrayBuffer()).rejects.toThrow('x')
  expect((await source.slice(1000, 1002).arrayBuffer()).byteLength).toBe(2)
  const near = { size: 9, slice }
  expect(bundled(near, [])).toBe(near)
})
