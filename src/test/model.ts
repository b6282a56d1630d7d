// Models for tests: opened checkpoints, and their logits.
import { openCheckpoint, readJson } from '../formats/checkpoint.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { Model } from '../model/model.ts'
import { openModel } from '../model/model.ts'
import { folderBlobs } from '../node/files.ts'

/** Opens the model of a folder, with fields of config.json replaced. */
export async function modelOf(
  folder: string,
  overrides: Record<string, unknown> = {},
  configName = 'config.json',
): Promise<Model> {
  const { name, files } = await folderBlobs(folder)
  const config = files.find(({ path }) => path === configName)!
  const json = { ...(await readJson(config)), ...overrides }
  const weights = files.filter(({ path }) => /\.safetensors(\.index\.json)?$/.test(path))
  return openModel(
    await openCheckpoint(name, [{ path: 'config.json', blob: new Blob([JSON.stringify(json)]) }, ...weights]),
  )
}

/** Logits [tokens, vocabulary] of one sequence. */
export async function logitsOf(gpu: Gpu, model: Model, ids: readonly number[]): Promise<Float32Array> {
  const tokens = ids.length
  const { hidden, vocabulary, blocks } = model.facts
  using forward = model.forward(gpu, { tokens, window: tokens })
  using states = gpu.buffer('hidden states', 4 * tokens * hidden)
  using logits = gpu.buffer('logits', 4 * tokens * vocabulary)
  using front = await forward.front()
  const batch = gpu.batch('forward')
  await front.run(batch, Uint32Array.from(ids), states)
  for (let block = 0; block < blocks; block++) {
    using pass = await forward.block(block)
    pass.run(batch, states, tokens)
    await batch.submit()
  }
  using head = await forward.head()
  head.logits(batch, states, logits, tokens)
  await batch.submit()
  return gpu.readF32(logits)
}

/** What an async generator returns, and what it yielded before. */
export async function drain<T, R>(events: AsyncGenerator<T, R>): Promise<{ yielded: T[]; result: R }> {
  const yielded: T[] = []
  for (;;) {
    const { value, done } = await events.next()
    if (done) return { yielded, result: value }
    yielded.push(value)
  }
}
