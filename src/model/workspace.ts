// Intermediate results of one chunk of tokens, shared by all blocks of a model.
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { Scope } from '../gpu/scope.ts'
import { attentionScratchBytes, type AttentionSize } from '../kernels/attention.ts'
import { ropeTable } from '../kernels/rope.ts'
import { rowCount, type Attention, type Design } from './design.ts'
import type { ForwardSize } from './family.ts'
import { frequenciesOf, type Rotary } from './rotary.ts'

export interface RotaryTable {
  cosines: GpuBuffer
  sines: GpuBuffer
}

/** Each [tokens, …] of what the widest block needs; those that no block needs are left out. */
export interface Workspace {
  normed: GpuBuffer
  /** The other norm's result in a parallel block. */
  second: GpuBuffer | undefined
  q: GpuBuffer
  k: GpuBuffer
  v: GpuBuffer
  mixed: GpuBuffer
  gate: GpuBuffer | undefined
  up: GpuBuffer
  /** What attention or feed-forward give, where a norm comes between them and the residual. */
  branch: GpuBuffer | undefined
  scratch: GpuBuffer
  rotary(rotary: Rotary): RotaryTable
}

/** A sliding window that no query outgrows is none. */
export function attentionSize(
  { heads, kvHeads, width, scale, cap, sliding, sloped }: Attention,
  tokens: number,
  window: number,
): AttentionSize {
  const slides = sliding !== undefined && sliding < window ? sliding : undefined
  return { tokens, window, heads, kvHeads, width, scale, cap, sliding: slides, sloped }
}

/** The buffers are owned by `scope`. */
export function openWorkspace(
  gpu: Gpu,
  scope: Scope,
  { hidden, blocks }: Design,
  { tokens, window }: ForwardSize,
): Workspace {
  const floats = (label: string, columns: number) => scope.buffer(label, 4 * tokens * columns)
  const widest = (widths: number[]) => Math.max(0, ...widths)
  const attentions = blocks.map(({ attention }) => attention)
  const kvColumns = widest(attentions.map(({ kvHeads, width }) => kvHeads * width))
  const qColumns = widest(attentions.map(({ heads, width }) => heads * width))
  const gates = widest(blocks.map(({ feedForward: { gate } }) => (gate ? rowCount(gate) : 0)))
  const around = blocks.flatMap(({ attention, feedForward }) => [attention, feedForward])
  const scores = widest(attentions.map((one) => attentionScratchBytes(gpu, attentionSize(one, tokens, window))))
  const tables = new Map<string, RotaryTable>()
  return {
    normed: floats('normed', hidden),
    second: blocks.some(({ parallel, feedForward }) => parallel && feedForward.before)
      ? floats('second normed', hidden)
      : undefined,
    q: floats('q', qColumns),
    k: floats('k', kvColumns),
    v: floats('v', kvColumns),
    mixed: floats('mixed', qColumns),
    gate: gates ? floats('gate', gates) : undefined,
    up: floats('up', widest(blocks.map(({ feedForward: { up } }) => rowCount(up)))),
    branch: around.some(({ after }) => after) ? floats('branch', hidden) : undefined,
    scratch: scope.buffer('scores', scores),
    rotary(rotary) {
      const key = JSON.stringify(rotary)
      let table = tables.get(key)
      if (!table) {
        const { frequencies, factor } = frequenciesOf(rotary, window)
        const { cosines, sines } = ropeTable(window, frequencies, factor)
        table = { cosines: scope.upload('cosines', cosines), sines: scope.upload('sines', sines) }
        tables.set(key, table)
      }
      return table
    },
  }
}
