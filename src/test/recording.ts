// A made-up run for tests of the store and for looking at the page: seeded, plausible in shape, its numbers mean
// nothing.
import { random } from '../math/random.ts'
import type { LayerFacts, LayerResult, Perplexity, RunEvent, TimedEvent } from '../pipeline/events.ts'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'

const SHAPES: readonly (readonly [path: string, rows: number, columns: number])[] = [
  ['self_attn.q_proj', 128, 128],
  ['self_attn.k_proj', 64, 128],
  ['self_attn.v_proj', 64, 128],
  ['self_attn.o_proj', 128, 128],
  ['mlp.gate_proj', 384, 128],
  ['mlp.up_proj', 384, 128],
  ['mlp.down_proj', 128, 384],
]

export interface RecordingOptions {
  plan?: Partial<Plan>
  seed?: number
  blocks?: number
  cached?: boolean
}

/** The layers of a small Llama. */
export function madeUpLayers(blocks = 4): LayerFacts[] {
  return Array.from({ length: blocks }, (_, block) =>
    SHAPES.map(([path, rows, columns]) => ({
      layer: `model.layers.${block}.${path}`,
      block,
      module: path.split('.')[1],
      rows,
      columns,
    })),
  ).flat()
}

/** A whole run, from `started` to `finished`. */
export function madeUpRun({
  plan: changes = {},
  seed = 1,
  blocks = 4,
  cached = false,
}: RecordingOptions = {}): TimedEvent[] {
  const plan: Plan = { ...defaultPlan, ...changes }
  const source = random(seed)
  const layers = madeUpLayers(blocks)
  const tokens = plan.samples * plan.window
  const events: TimedEvent[] = []
  const results: LayerResult[] = []
  let at = 0
  const push = (event: RunEvent, ms = 0) => {
    at += ms
    events.push({ ...event, at: Math.round(at * 10) / 10 })
  }
  const adapter = {
    name: 'made-up adapter',
    vendor: 'none',
    architecture: 'none',
    software: false,
    maxBufferBytes: 4294967292,
    maxBindingBytes: 4294967292,
  }
  const model = {
    name: 'made-up-model',
    fingerprint: `made-up-${blocks}`,
    architecture: 'llama',
    parameters: 918656,
    blocks,
    hidden: 128,
    vocabulary: 1024,
    context: 256,
    tied: true,
  }
  const windows = (count: number) => `${count}x${plan.window}`
  const calibration = { text: 'calibration.txt', tokens, windows: plan.samples, digest: windows(plan.samples) }
  push({
    event: 'started',
    plan,
    model,
    adapter,
    layers,
    cached,
    calibration,
    evaluation: { text: 'evaluation.txt', windows: plan.windows, digest: windows(plan.windows) },
  })
  for (let block = 0; block < blocks; block++) {
    if (!cached)
      for (let windows = 4; windows <= plan.samples; windows += 4)
        push({ event: 'calibrating', block, windows, of: plan.samples }, 90)
    for (const facts of layers.filter((layer) => layer.block === block)) solveLayer(facts)
  }
  const perplexity: Record<string, Perplexity> = {}
  for (const name of plan.windows ? ['unquantized', ...plan.recipes] : []) {
    for (let windows = 4; windows <= plan.windows; windows += 4)
      push({ event: 'evaluating', model: name, windows, of: plan.windows }, 150)
    const value = 1.506 + { unquantized: 0, rtn: 0.034, gptq: 0.012, cyclic: 0.011, cdquant: 0.009 }[name]! || 1.513
    perplexity[name] = {
      value,
      standardError: 0.018,
      windows: plan.windows,
      window: plan.window,
      targets: plan.windows * (plan.window - 1),
    }
    push({ event: 'perplexity', model: name, ...perplexity[name] })
  }
  push({ event: 'finished', perplexity, layers: results })
  return events

  function solveLayer({ layer, rows, columns, module }: LayerFacts) {
    if (module !== 'k_proj' && module !== 'v_proj' && module !== 'up_proj')
      push(
        {
          event: 'hessian',
          block: 0,
          layers: sharing(layer),
          columns,
          tokens,
          deadColumns: 0,
          few: tokens < 4 * columns,
        },
        20,
      )
    const gptq = (0.012 + 0.02 * source.uniform()) * (module === 'down_proj' ? 2 : 1)
    const start = gptq * (1.3 + 0.7 * source.uniform())
    const floor: Record<string, number> = {
      rtn: start,
      gptq,
      cyclic: gptq * (0.94 + 0.12 * source.uniform()),
      cdquant: gptq * (0.9 + 0.09 * source.uniform()),
      'gptq+cdquant': gptq * (0.87 + 0.06 * source.uniform()),
    }
    for (const recipe of plan.recipes) {
      push({ event: 'solving', layer, recipe }, 3)
      const end = floor[recipe]
      const descends = recipe !== 'rtn' && recipe !== 'gptq'
      const moves = descends ? Math.round(rows * columns * (recipe === 'gptq+cdquant' ? 0.03 : 0.08)) : 0
      const from = recipe === 'gptq+cdquant' ? gptq * 0.98 : start
      for (let i = 0; descends && i <= 24; i++) {
        const share = i / 24
        const objective = end + (from - end) * Math.exp(-5 * share)
        const points = [{ moves: Math.round(moves * share), effectiveBits: 3.25, objective }]
        push({ event: 'descent', layer, recipe, step: recipe === 'cyclic' ? 'cyclic' : 'greedy', points }, columns / 32)
      }
      if (recipe === 'gptq' && layer === layers[13]?.layer)
        push({ event: 'damping', layer, recipe, tried: [0.01, 0.02, 0.03] })
      const objective = descends ? end + (from - end) * Math.exp(-5) : end
      const { bits, group, grid } = plan
      const damping = recipe.startsWith('gptq') ? plan.damp : null
      const result = {
        layer,
        recipe,
        bits,
        group,
        grid,
        objective,
        relative: objective,
        rows,
        columns,
        moves,
        effectiveBits: 3.25,
        damping,
        adapter: adapter.name,
        ms: 12,
      }
      results.push(result)
      push({ event: 'layer', ...result }, 12)
    }
    push({ event: 'solved', layer })
  }

  function sharing(layer: string): string[] {
    const index = layers.findIndex((facts) => facts.layer === layer)
    const count = layer.endsWith('q_proj') ? 3 : layer.endsWith('gate_proj') ? 2 : 1
    return layers.slice(index, index + count).map((facts) => facts.layer)
  }
}
