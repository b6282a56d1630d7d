// Rotary positions as config.json has them: rope_theta and rope_scaling in version 4 of the Hugging Face library,
// rope_parameters in version 5.
import { InputError } from '../formats/errors.ts'
import type { ConfigReader } from './config.ts'
import type { Rotary, RotaryScaling } from './rotary.ts'

export interface RotaryDefaults {
  theta?: number
  /** Share of a head that turns. */
  part?: number
  /** Names of the base and of the share in version 4. */
  thetaField?: string
  partField?: string
  /** Where version 5 keeps parameters for every type of layer: which of them. */
  layerType?: string
  /** Scaling of version 4 is not meant for these layers. */
  unscaled?: boolean
}

/** Types of rotary scaling. */
export const TYPES = ['default', 'linear', 'dynamic', 'llama3', 'yarn', 'longrope'] as const

/** @throws InputError naming field, value and what is supported. */
export function readRotary(
  config: ConfigReader,
  headWidth: number,
  {
    theta = 10000,
    part = 1,
    thetaField = 'rope_theta',
    partField = 'partial_rotary_factor',
    ...more
  }: RotaryDefaults = {},
): Rotary {
  const all = config.object('rope_parameters')
  const parameters = more.layerType === undefined || !all ? all : (all.object(more.layerType) ?? all)
  const base = config.positive(thetaField, theta)
  const share = parameters?.maybe('partial_rotary_factor') ?? config.positive(partField, part)
  if (share > 1) config.refuse(partField, 'a number from 0 to 1')
  const width = Math.floor(headWidth * share + 1e-9)
  if (width < 2 || width % 2)
    throw new InputError(
      `config.json: heads of ${share === 1 ? '' : `${headWidth} numbers, of which `}${width} ${share === 1 ? 'numbers' : 'turn'}; rotary positions need an even number`,
    )
  const scaling = parameters ?? (more.unscaled ? undefined : config.object('rope_scaling'))
  return {
    width,
    theta: parameters?.positive('rope_theta', base) ?? base,
    scaling: scaling && readScaling(config, scaling, width),
  }
}

function readScaling(config: ConfigReader, scaling: ConfigReader, width: number): RotaryScaling | undefined {
  const field = scaling.first('rope_type', 'type')
  const types: Record<string, (typeof TYPES)[number]> = Object.fromEntries(TYPES.map((type) => [type, type]))
  // What Phi-3's first configs call its own scaling.
  types.su = 'longrope'
  const named = scaling.choice(field, types, 'default')
  const type = named === 'yarn' && scaling.has('short_factor') ? 'longrope' : named
  const longest = config.count('max_position_embeddings', 2048)
  const original = scaling.has('original_max_position_embeddings') ? scaling : config
  const context = () => original.count('original_max_position_embeddings', longest)
  switch (type) {
    case 'default':
      return undefined
    case 'linear':
      return { type, factor: scaling.positive('factor') }
    case 'dynamic':
      if (width === 2) scaling.refuse(field, 'other types for heads of which 2 numbers turn')
      return { type, factor: scaling.positive('factor'), context: longest }
    case 'llama3':
      return {
        type,
        factor: scaling.positive('factor'),
        low: scaling.positive('low_freq_factor'),
        high: scaling.positive('high_freq_factor'),
        context: scaling.count('original_max_position_embeddings'),
      }
    case 'yarn': {
      const factor = scaling.positive('factor', longest / context())
      return {
        type,
        factor,
        fast: scaling.positive('beta_fast', 32),
        slow: scaling.positive('beta_slow', 1),
        whole: scaling.flag('truncate', true),
        context: context(),
        attention: scaling.maybe('attention_factor') ?? yarnAttention(scaling, factor),
      }
    }
    case 'longrope': {
      const short = scaling.positives('short_factor', width / 2)
      const long = scaling.positives('long_factor', width / 2)
      const factor = scaling.has('factor') ? scaling.positive('factor') : longest / context()
      const grown = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(context()))
      return { type, short, long, context: context(), attention: scaling.positive('attention_factor', grown) }
    }
  }
}

/** Peng et al. 2023, section 3.4; with the two scales of DeepSeek's configs their quotient. */
function yarnAttention(scaling: ConfigReader, factor: number): number {
  const grown = (scale: number) => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1)
  const [one, all] = [scaling.maybe('mscale'), scaling.maybe('mscale_all_dim')]
  return one !== undefined && all !== undefined ? grown(one) / grown(all) : grown(1)
}
