import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openCheckpoint } from '../formats/checkpoint.ts'
import { largestDifference, normalisedError } from '../math/compare.ts'
import { Scope } from '../gpu/scope.ts'
import { openModel, type Block } from '../model/model.ts'
import { referenceForward } from '../model/reference.ts'
import { folderBlobs } from '../node/files.ts'
import { bundledFolder, checkpointFiles } from '../test/bundled.ts'
import { withGpu } from '../test/gpu.ts'
import { drain, modelOf } from '../test/model.ts'
import { tinyCheckpoint, tinyLlama } from '../test/tiny-llama.ts'
import { Decoder, generate, generationBytes } from './generate.ts'
import { openPrompt, TokenTexts } from './generate-text.ts'

interface Golden {
  prompts: { prompt: string; ids: number[]; greedy_ids: number[]; greedy_text: string }[]
}
const golden = JSON.parse(readFileSync(join(bundledFolder, 'golden.json'), 'utf8')) as Golden
const greedy = { tokens: 60, temperature: 0, seed: 1, ends: [0] }

test.each(golden.prompts)('"$prompt" goes on as with the official code in float64', async (given) => {
  await withGpu(async (gpu) => {
    const checkpoint = await openCheckpoint('tiny-tales-1m', await checkpointFiles())
    const model = openModel(checkpoint)
    const { ids, ends, tokenizer } = openPrompt(checkpoint, given.prompt, model.facts.vocabulary)
    expect([...ids]).toEqual(given.ids)
    const { yielded, result } = await drain(generate(gpu, model, ids, { ...greedy, ends }))
    const written = yielded.map(({ id }) => id)
    expect(written).toEqual(given.greedy_ids)
    expect(result).toBe(written.at(-1) === 0 ? 'end' : 'limit')
    const texts = new TokenTexts(tokenizer, ids)
    expect(written.map((id) => texts.add(id)).join('')).toBe(given.greedy_text)
  })
})

const shared = join(import.meta.dirname, '../../../shared/models/stories260K-hf')

test.runIf(existsSync(shared))('stories260K goes on as with the official code in float64', async () => {
  const file = readFileSync(join(shared, 'golden.json'), 'utf8')
  const given = JSON.parse(file) as { prompt: string; prompt_ids: number[]; greedy_50_ids: number[] }
  await withGpu(async (gpu) => {
    const { name, files } = await folderBlobs(shared)
    const checkpoint = await openCheckpoint(name, files)
    const model = openModel(checkpoint)
    const { ids } = openPrompt(checkpoint, given.prompt, model.facts.vocabulary)
    expect([...ids]).toEqual(given.prompt_ids)
    const { yielded } = await drain(
      generate(gpu, model, ids, { ...greedy, tokens: given.greedy_50_ids.length, ends: [] }),
    )
    expect(yielded.map(({ id }) => id)).toEqual(given.greedy_50_ids)
  })
})

describe('a random Llama of odd sizes', () => {
  const ids = Uint32Array.from({ length: 40 }, (_, i) => (i * 31) % 77)
  const tiny = tinyLlama()

  test('in pieces of any length, against float64 over the whole sequence', async () => {
    const model = openModel(await tinyCheckpoint(tiny))
    const { logits } = referenceForward(tiny.config, (name) => tiny.tensors.get(name)!.data, ids)
    await withGpu(async (gpu) => {
      using decoder = await Decoder.open(gpu, model, 40)
      let end = 0
      for (const length of [1, 1, 15, 17, 1, 5]) {
        const last = await decoder.feed(ids.subarray(end, (end += length)))
        // Two blocks of sums of some 40 float32 products each: relative errors of 1e-6, squared.
        expect(normalisedError(last, logits.subarray((end - 1) * 77, end * 77))).toBeLessThan(1e-11)
      }
      expect(end).toBe(40)
      await expect(decoder.feed(Uint32Array.of(1))).rejects.toThrow('1 tokens after 40 in a window of 40')
    })
  })

  test('a prompt longer than a piece, with other weights for one layer', async () => {
    const long = Uint32Array.from({ length: 300 }, (_, i) => (i * 29) % 77)
    const other = tinyLlama(undefined, 2)
    const name = 'model.layers.1.self_attn.k_proj'
    const model = openModel(await tinyCheckpoint(tiny))
    const changed = new Map(tiny.tensors).set(`${name}.weight`, other.tensors.get(`${name}.weight`)!)
    const { logits } = referenceForward(tiny.config, (tensor) => changed.get(tensor)!.data, long)
    await withGpu(async (gpu) => {
      const weights = changed.get(`${name}.weight`)!.data
      const substitute = ({ layer }: { layer: string }) => (layer === name ? gpu.upload('other', weights) : undefined)
      using decoder = await Decoder.open(gpu, model, 310, substitute)
      // As above, with sums over 300 tokens.
      expect(normalisedError(await decoder.feed(long), logits.subarray(299 * 77))).toBeLessThan(1e-11)
    })
  })

  test('ends at an end token, at the number asked for, or where the context is full', async () => {
    const model = openModel(await tinyCheckpoint(tiny))
    const prompt = ids.subarray(0, 5)
    await withGpu(async (gpu) => {
      const all = await drain(generate(gpu, model, prompt, { ...greedy, ends: [] }))
      expect([all.result, all.yielded.length]).toEqual(['context', 59])
      const seven = await drain(generate(gpu, model, prompt, { ...greedy, tokens: 7, ends: [] }))
      expect([seven.result, seven.yielded.length]).toEqual(['limit', 7])
      const end = all.yielded[3].id
      const early = await drain(generate(gpu, model, prompt, { ...greedy, ends: [end] }))
      expect([early.result, early.yielded.at(-1)!.id]).toEqual(['end', end])
      const full = new Uint32Array(64)
      await expect(drain(generate(gpu, model, full, greedy))).rejects.toThrow(
        'the prompt has 64 tokens; the model was made for 64 with what it writes',
      )
    })
  })

  test('leaves nothing behind when it is stopped, and refuses what the budget does not hold', async () => {
    const model = openModel(await tinyCheckpoint(tiny))
    await withGpu(async (gpu) => {
      const texts = generate(gpu, model, ids, { ...greedy, ends: [] })
      await texts.next()
      await texts.return('limit')
      const bytes = generationBytes(model, 64)
      const weights = model.layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0) + 77 * 20
      expect(bytes).toBe(4 * weights + 2 * 4 * 64 * 2 * 12)
      await expect(Decoder.open(gpu, model, 64, undefined, bytes - 1)).rejects.toThrow(
        `tiny needs ${bytes} bytes on the GPU to write, for all its weights and 64 tokens; at most ${bytes - 1} are used`,
      )
    })
  })
})

test('a token at position 200 costs a fraction of what all tokens cost', async () => {
  await withGpu(async (gpu) => {
    const model = await modelOf(bundledFolder)
    const ids = Array.from({ length: 201 }, (_, i) => (i * 37) % 1024)
    const sequence = Uint32Array.from(ids)
    using decoder = await Decoder.open(gpu, model, 256)
    await decoder.feed(sequence.subarray(0, 190))
    let cached = Infinity
    let last = new Float32Array()
    for (let at = 190; at < 201; at++) {
      const start = performance.now()
      last = (await decoder.feed(sequence.subarray(at, at + 1))) as typeof last
      cached = Math.min(cached, performance.now() - start)
    }
    // Without them all tokens pass again; weights stay on the device, as they do above.
    using forward = model.forward(gpu, { tokens: 201, window: 201 })
    using front = await forward.front()
    using scope = new Scope(gpu)
    const blocks: Block[] = []
    for (let block = 0; block < model.facts.blocks; block++) blocks.push(scope.own(await forward.block(block)))
    using single = model.forward(gpu, { tokens: 1, window: 1 })
    using head = await single.head()
    const [states, state, logits] = [201 * 128, 128, 1024].map((count) => scope.buffer('states', 4 * count))
    let whole = Infinity
    let all = new Float32Array()
    for (let i = 0; i < 4; i++) {
      const start = performance.now()
      const batch = gpu.batch('all tokens')
      await front.run(batch, sequence, states)
      for (const block of blocks) block.run(batch, states, 201)
      batch.copy(states, 4 * 200 * 128, state, 0, 4 * 128)
      head.logits(batch, state, logits, 1)
      batch.flush()
      all = (await gpu.readF32(logits)) as typeof all
      whole = Math.min(whole, performance.now() - start)
    }
    // The same sums in another order; logits reach 20.
    expect(largestDifference(last, all)).toBeLessThan(1e-3)
    // 23 times on two busy cores without a graphics card; others may use the machine in between.
    expect(whole / cached).toBeGreaterThan(6)
  })
})
