// Checkpoints whose weights are quantized already, recognised by config.json or by the names of their tensors. What is
// in them is no longer the model's weights, so they are refused, with what to load instead.
import { InputError } from './errors.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** quant_method of config.json → the name people know. */
const methods: Readonly<Record<string, string>> = {
  gptq: 'GPTQ',
  awq: 'AWQ',
  'compressed-tensors': 'compressed-tensors',
  bitsandbytes: 'bitsandbytes',
  fp8: 'FP8 in blocks',
  fbgemm_fp8: 'FP8',
  mxfp4: 'MXFP4',
  modelopt: 'ModelOpt',
  'auto-round': 'AutoRound',
}

/** What tells a method by its tensors: each ending must occur. The first that fits is named. */
const marks: readonly [method: string, endings: readonly string[]][] = [
  ['GPTQ', ['.qweight', '.qzeros', '.g_idx']],
  ['AWQ', ['.qweight', '.qzeros', '.scales']],
  ['GPTQ or AWQ', ['.qweight']],
  ['compressed-tensors', ['.weight_packed']],
  ['bitsandbytes, 4 bits', ['.weight.absmax']],
  ['bitsandbytes, 8 bits', ['.SCB']],
  ['FP8 in blocks', ['.weight_scale_inv']],
  ['compressed-tensors or FP8', ['.weight_scale']],
  ['MXFP4', ['_blocks', '_scales']],
  ['MLX', ['.scales', '.biases']],
]

const instead =
  'these weights are quantized already; load the model they were made from, in F32, F16 or BF16 ' +
  '(its card on the Hub names it as base model)'

/** @throws InputError when config.json says that the weights are quantized. */
export function refuseQuantizedConfig(config: JsonObject): void {
  for (const field of ['quantization_config', 'compression_config', 'quantization']) {
    const value = config[field]
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
    throw new InputError(`config.json has a ${field}${described(value as JsonObject)}: ${instead}`)
  }
}

function described(settings: JsonObject): string {
  const method = settings.quant_method
  const facts: string[] = []
  if (typeof method === 'string') facts.push(Object.hasOwn(methods, method) ? methods[method] : `'${shown(method)}'`)
  const bits = settings.bits ?? settings.w_bit
  if (Number.isInteger(bits)) facts.push(`${String(bits)} bits`)
  else if (settings.load_in_4bit === true) facts.push('4 bits')
  else if (settings.load_in_8bit === true) facts.push('8 bits')
  const group = settings.group_size ?? settings.q_group_size
  if (Number.isInteger(group) && Number(group) > 0) facts.push(`groups of ${String(group)}`)
  return facts.length ? ` (${facts.join(', ')})` : ''
}

const shown = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text)

/** @throws InputError when the tensors' names, or `weight`s of integers, say that the weights are quantized. */
export function refuseQuantizedTensors(names: Iterable<string>): void {
  const all = [...names]
  for (const [method, endings] of marks) {
    const found = endings.map((ending) => all.filter((name) => name.endsWith(ending)))
    if (found.some((list) => !list.length)) continue
    const [first] = found
    throw new InputError(
      `${first.length} packed ${first.length === 1 ? 'tensor' : 'tensors'} such as '${shown(first[0])}' (${method}): ${instead}`,
    )
  }
}
