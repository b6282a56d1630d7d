// Golden outputs of the official code for tiny checkpoints of every family, and the same numbers of our forward pass.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import type { Model, Substitute } from '../model/model.ts'

export interface GoldenCapture {
  f64: number[]
  absmax: number
  n: number
}

export interface GoldenSequence {
  name: string
  input_ids?: number[]
  argmax_all: number[]
  nll_mean: { f64: number }
  logits: { position: number; f64: number[]; argmax: number }[]
  captures_last_token?: Record<string, Record<string, GoldenCapture>>
}

export interface FamilyGolden {
  sequences: GoldenSequence[]
  config_variants?: { name: string; config_overrides: Record<string, unknown>; sequences: GoldenSequence[] }[]
}

const folder = '../shared/models/families'

/** Folders of the checkpoints; none where this machine has none. */
export const goldenFamilies: string[] = existsSync(folder)
  ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'golden.json')))
  : []

export const familyFolder = (name: string) => join(folder, name)

export function familyGolden(name: string): FamilyGolden {
  return JSON.parse(readFileSync(join(folder, name, 'golden.json'), 'utf8')) as FamilyGolden
}

export interface ObservedPass {
  /** f32 [tokens, vocabulary] */
  logits: Float32Array
  /** Of the last token, by the golden files' names: 'layer0.qkv_in'. */
  captures: Map<string, Float32Array>
}

/** One sequence through the model, with what its first and its last block see of the last token. */
export async function observedPass(gpu: Gpu, model: Model, ids: readonly number[]): Promise<ObservedPass> {
  using scope = new Scope(gpu)
  const tokens = ids.length
  const { hidden, vocabulary, blocks } = model.facts
  const forward = scope.own(model.forward(gpu, { tokens, window: tokens }))
  const states = scope.buffer('hidden states', 4 * tokens * hidden)
  const logits = scope.buffer('logits', 4 * tokens * vocabulary)
  const batch = gpu.batch('forward')
  const captures = new Map<string, Float32Array>()
  const lastToken = (x: typeof states, columns: number) => {
    const row = scope.buffer('last token', 4 * columns)
    batch.copy(x, 4 * (tokens - 1) * columns, row, 0, 4 * columns)
    return row
  }
  await scope.own(await forward.front()).run(batch, Uint32Array.from(ids), states)
  const rows = new Map([['input.layer0_in', lastToken(states, hidden)]])
  for (let block = 0; block < blocks; block++) {
    using pass = await forward.block(block)
    const label = block === 0 ? 'layer0' : block === blocks - 1 ? 'last' : undefined
    const inputs = model.inputs(block)
    const names =
      inputs.length === 4
        ? [['qkv_in'], ['o_in'], ['up_in'], ['down_in']]
        : [['qkv_in', 'up_in'], ['o_in'], ['down_in']]
    pass.run(batch, states, tokens, (group, x) => {
      if (label) for (const name of names[group]) rows.set(`${label}.${name}`, lastToken(x, inputs[group].columns))
    })
    if (label) rows.set(`${label}.block_out`, lastToken(states, hidden))
    await batch.submit()
  }
  scope.own(await forward.head()).logits(batch, states, logits, tokens)
  await batch.submit()
  for (const [name, row] of rows) captures.set(name, await gpu.readF32(row))
  return { logits: await gpu.readF32(logits), captures }
}

/** Logits f32 [vocabulary] after the last of `ids`, taken in piece by piece with kept keys and values. */
export async function steppedLogits(
  gpu: Gpu,
  model: Model,
  ids: readonly number[],
  pieces: readonly number[],
  substitute?: Substitute,
): Promise<Float32Array> {
  using scope = new Scope(gpu)
  const { hidden, vocabulary, blocks } = model.facts
  const window = ids.length
  const forward = scope.own(model.forward(gpu, { tokens: window, window }))
  const states = scope.buffer('hidden states', 4 * window * hidden)
  const last = scope.buffer('last hidden state', 4 * hidden)
  const logits = scope.buffer('logits', 4 * vocabulary)
  const front = scope.own(await forward.front())
  const passes = []
  for (let block = 0; block < blocks; block++) passes.push(scope.own(await forward.block(block, substitute)))
  let first = 0
  for (const tokens of [...pieces, window]) {
    const piece = Uint32Array.from(ids.slice(first, first + tokens))
    if (!piece.length) break
    const batch = gpu.batch('extend')
    await front.run(batch, piece, states, first)
    for (const pass of passes) pass.extend(batch, states, piece.length, first)
    batch.copy(states, 4 * (piece.length - 1) * hidden, last, 0, 4 * hidden)
    await batch.submit()
    first += piece.length
  }
  const batch = gpu.batch('head')
  scope.own(await forward.head()).logits(batch, last, logits, 1)
  await batch.submit()
  return gpu.readF32(logits)
}
