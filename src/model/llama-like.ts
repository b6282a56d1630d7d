// The designs that follow Llama: gated feed-forward parts, and the tensor names of its Hugging Face code.
import type { Activation } from '../kernels/activation.ts'
import type { ConfigReader } from './config.ts'
import { rowsOf, whole, type Attention, type BlockDesign, type Design, type FeedForward, type Norm } from './design.ts'
import { linears, readHeads, type Heads } from './heads.ts'
import type { Rotary } from './rotary.ts'
import { readRotary } from './rotary-config.ts'

/** What a family changes; the plain Llama changes nothing. */
export interface LlamaTraits {
  architecture: string
  /** Without tie_word_embeddings. */
  tied?: boolean
  /** Without max_position_embeddings. */
  context?: number
  activation: Activation
  norm?: { kind?: 'rms' | 'layer'; bias?: boolean; epsilon?: number; field?: string; plusOne?: boolean }
  bias?: { qkv?: boolean; out?: boolean; feedForward?: boolean }
  /** One matrix for q, k and v, one for gate and up. */
  fused?: boolean
  /** Norms on what attention and feed-forward give, too. */
  sandwich?: boolean
  parallel?: boolean
  /** Norms of q and k, from the name of the block's path. */
  headNorms?: (path: string, norm: (weight: string) => Norm, heads: Heads) => Pick<Attention, 'qNorm' | 'kNorm'>
  attention?: (block: number) => Pick<Attention, 'scale' | 'cap' | 'sliding'>
  rotary?: (block: number, width: number) => Rotary
  embeddingScale?: number
  logitCap?: number | undefined
}

/** @throws InputError naming the field that does not fit. */
export function llamaLike(config: ConfigReader, traits: LlamaTraits): Design {
  const hidden = config.count('hidden_size')
  const heads = readHeads(config, {
    ...{ hidden: 'hidden_size', heads: 'num_attention_heads' },
    ...{ kvHeads: 'num_key_value_heads', width: 'head_dim' },
  })
  const blocks = config.listed('num_hidden_layers')
  const tied = config.flag('tie_word_embeddings', traits.tied ?? false)
  const {
    kind = 'rms',
    field = 'rms_norm_eps',
    epsilon: usual = 1e-6,
    bias = false,
    plusOne = false,
  } = traits.norm ?? {}
  const epsilon = config.positive(field, usual)
  const norm = (path: string): Norm => ({
    ...{ kind, weight: `${path}.weight`, columns: hidden, epsilon, plusOne },
    bias: bias ? `${path}.bias` : undefined,
  })
  const table = 'model.embed_tokens.weight'
  return {
    architecture: traits.architecture,
    vocabulary: config.count('vocab_size'),
    hidden,
    context: config.count('max_position_embeddings', traits.context ?? 2048),
    tied,
    embedding: { table, columns: hidden, scale: traits.embeddingScale },
    blocks: Array.from({ length: blocks }, (_, block) =>
      blockOf(config, traits, { hidden, heads, block, norm, epsilon }),
    ),
    final: { norm: norm('model.norm') },
    head: { table: tied ? table : 'lm_head.weight', columns: hidden, cap: traits.logitCap },
  }
}

interface Place {
  hidden: number
  heads: Heads
  block: number
  norm: (path: string) => Norm
  epsilon: number
}

function blockOf(config: ConfigReader, traits: LlamaTraits, place: Place): BlockDesign {
  const { hidden, heads, block, norm } = place
  const path = `model.layers.${block}.`
  const { sandwich, parallel, headNorms, rotary = (_: number, width: number) => readRotary(config, width) } = traits
  const headNorm = (weight: string): Norm => ({ ...norm(''), bias: undefined, weight, columns: heads.width })
  const attention: Attention = {
    ...heads,
    before: norm(`${path}input_layernorm`),
    after: sandwich ? norm(`${path}post_attention_layernorm`) : undefined,
    ...projections(traits, place, path),
    rotary: rotary(block, heads.width),
    ...headNorms?.(`${path}self_attn.`, headNorm, heads),
    ...traits.attention?.(block),
  }
  const feeding = sandwich ? 'pre_feedforward_layernorm' : 'post_attention_layernorm'
  const feedForward: FeedForward = {
    before: parallel ? undefined : norm(`${path}${feeding}`),
    after: sandwich ? norm(`${path}post_feedforward_layernorm`) : undefined,
    activation: traits.activation,
    ...gating(config, traits, hidden, linears(path, block)),
  }
  return { attention, feedForward, parallel }
}

function projections(
  { fused, bias }: LlamaTraits,
  { hidden, heads: { heads, kvHeads, width }, block }: Place,
  path: string,
) {
  const linear = linears(path, block)
  const [qRows, kvRows] = [heads * width, kvHeads * width]
  const out = linear('self_attn.o_proj', hidden, qRows, { bias: bias?.out ?? false })
  const options = { bias: bias?.qkv ?? false }
  if (fused) {
    const qkv = linear('self_attn.qkv_proj', qRows + 2 * kvRows, hidden, options)
    return {
      q: rowsOf(qkv, 0, qRows),
      k: rowsOf(qkv, qRows, kvRows),
      v: rowsOf(qkv, qRows + kvRows, kvRows),
      out,
    }
  }
  const part = (name: string, rows: number) => whole(linear(`self_attn.${name}_proj`, rows, hidden, options))
  return { q: part('q', qRows), k: part('k', kvRows), v: part('v', kvRows), out }
}

function gating(
  config: ConfigReader,
  { fused, bias }: LlamaTraits,
  hidden: number,
  linear: ReturnType<typeof linears>,
): Pick<FeedForward, 'gate' | 'up' | 'down'> {
  const width = config.count('intermediate_size')
  const options = { bias: bias?.feedForward ?? false }
  const down = linear('mlp.down_proj', hidden, width, options)
  if (fused) {
    const both = linear('mlp.gate_up_proj', 2 * width, hidden, options)
    return { gate: rowsOf(both, 0, width), up: rowsOf(both, width, width), down }
  }
  const gate = whole(linear('mlp.gate_proj', width, hidden, options))
  return { gate, up: whole(linear('mlp.up_proj', width, hidden, options)), down }
}
