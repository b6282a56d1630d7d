// What a model needs on the GPU: the largest buffers, for comparison with the adapter's binding limit, and the bytes by use.
import { GpuLimitError } from '../gpu/errors.ts'
import type { AdapterFacts } from '../gpu/gpu.ts'
import { TILE_ROWS } from '../gpu/row-tiles.ts'
import type { Model } from './family.ts'

export interface MemoryLine {
  label: string
  bytes: number
}

export interface MemoryPlan {
  /** The largest buffer of each kind, largest first. `detail` says which tensor it is. */
  buffers: (MemoryLine & { detail: string })[]
  /** Bytes alive together while a block is calibrated. */
  memory: MemoryLine[]
}

/** What a plan decides about memory. */
export interface MemoryDemand {
  /** Tokens of a window. */
  window: number
  /** Windows of calibration. */
  samples: number
  /** Windows held out. */
  heldOut?: number
  /** faithful: every recipe has hidden states of its own. */
  mode?: 'quick' | 'faithful'
  recipes?: readonly string[]
  /** Above 0: the unquantized model's states run beside those of the recipes. */
  correction?: number
}

/** Bytes by the model's shapes; intermediate results are counted for a single window, the least a chunk can hold. */
export function memoryPlan(
  { facts, layers, inputs }: Pick<Model, 'facts' | 'layers' | 'inputs'>,
  { window, samples, heldOut = 0, mode = 'quick', recipes = [], correction = 0 }: MemoryDemand,
): MemoryPlan {
  const largest = layers.reduce((most, layer) => (layer.rows * layer.columns > most.rows * most.columns ? layer : most))
  const widest = layers.reduce((most, layer) => (layer.columns > most.columns ? layer : most))
  const block = layers.filter((layer) => layer.block === 0)
  const size = ({ rows, columns }: { rows: number; columns: number }) => 4 * rows * columns
  const shape = (rows: number, columns: number) =>
    `${rows.toLocaleString('en-US')} × ${columns.toLocaleString('en-US')}`
  const most = Math.max(...layers.map(({ rows }) => rows), widest.columns)
  const buffers = [
    {
      label: 'Embedding',
      bytes: 4 * facts.vocabulary * facts.hidden,
      detail: `${shape(facts.vocabulary, facts.hidden)}, in parts if need be`,
    },
    {
      label: 'Largest weight',
      bytes: size(largest),
      detail: `${largest.module}, ${shape(largest.rows, largest.columns)}`,
    },
    {
      label: 'Largest Hessian',
      bytes: 4 * widest.columns ** 2,
      detail: `${widest.module}, ${shape(widest.columns, widest.columns)}`,
    },
    { label: 'Activations of a window', bytes: 4 * window * most, detail: shape(window, most) },
  ].sort((a, b) => b.bytes - a.bytes)
  const faithful = mode === 'faithful'
  const corrected = faithful && correction > 0
  const states = (faithful ? recipes.length : 1) * (samples + heldOut) + (corrected ? samples : 0)
  // Faithful states pass the block before with a recipe's weights, and then a copy of them the block itself.
  const blocks = faithful ? (corrected ? 3 : 2) : 1
  const hessians = 1 + Number(heldOut > 0) + Number(corrected)
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const inputColumns = inputs(0).map(({ columns }) => columns)
  const widths =
    sum(block.map(({ rows }) => rows)) + (faithful ? facts.hidden : 0) + (corrected ? 2 * sum(inputColumns) : 0)
  const memory = [
    { label: 'Hidden states', bytes: 4 * states * window * facts.hidden },
    { label: 'Weights of a block', bytes: blocks * sum(block.map(size)) },
    { label: 'Hessians of a block', bytes: hessians * sum(inputColumns.map((columns) => 4 * columns ** 2)) },
    { label: 'Intermediate results', bytes: 4 * window * widths },
  ]
  return { buffers, memory }
}

/**
 * Matrices of any size come in tiles of at least 64 rows, the largest of them with one row to spare.
 * @throws GpuLimitError naming the first layer of which one binding of this adapter cannot hold that.
 */
export function checkAdapter(
  { layers }: Pick<Model, 'layers'>,
  adapter: Pick<AdapterFacts, 'maxBindingBytes' | 'maxBufferBytes'>,
): void {
  const limit = Math.min(adapter.maxBindingBytes, adapter.maxBufferBytes)
  for (const { layer, columns } of layers) {
    const rows = Math.min(columns, TILE_ROWS) + 1
    const bytes = 4 * rows * columns
    if (bytes > limit)
      throw new GpuLimitError(
        `${rows} rows of ${columns} columns of ${layer} need ${bytes} bytes in one buffer, this adapter allows ${limit}`,
      )
  }
}
