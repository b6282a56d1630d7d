// What a model is that no family fits, as far as its config.json says, so that its name need not be known here.
import type { JsonObject } from '../formats/checkpoint.ts'

const encoders = /^(bert|distilbert|roberta|xlm-roberta|camembert|albert|electra|deberta(-v2)?|mpnet|modernbert)$/
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** In what it differs from the models that run; undefined when the config does not say it. @param types that run */
export function differenceOf(config: JsonObject, types: readonly string[]): string | undefined {
  const type = typeof config.model_type === 'string' ? config.model_type : ''
  const inner = isObject(config.text_config) ? config.text_config.model_type : undefined
  if (inner !== undefined || isObject(config.vision_config) || isObject(config.audio_config)) {
    const alone = types.find((known) => known === inner)
    return `it takes more than text${alone === undefined ? '' : `; its text part, "${alone}", runs where it comes alone`}`
  }
  const experts = ['num_local_experts', 'num_experts', 'n_routed_experts'].some((field) => Number(config[field]) > 1)
  if (experts || /moe|mixtral/.test(type))
    return 'a mixture of experts, in which a router chooses the layers of every token'
  if (config.is_encoder_decoder === true || encoders.test(type))
    return 'it encodes text, and one that continues text is needed'
  if (isObject(config.auto_map)) return 'it comes with code of its own, which is not run'
  return undefined
}
