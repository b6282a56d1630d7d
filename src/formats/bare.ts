// Safetensors without config.json: no model that could run, but matrices that can be quantized one by one. Inputs of a
// matrix may lie beside it, in the same file or another: [tokens, columns] under the matrix's name and `.inputs`
// (`up_proj.weight` → `up_proj.inputs` or `up_proj.weight.inputs`). Without them all inputs count the same, H = I.
import type { CheckpointFile } from './checkpoint.ts'
import { isFloat, type TensorType } from './dtype.ts'
import { checkEach, InputError } from './errors.ts'
import { refuseQuantizedTensors } from './quantized.ts'
import { openSafetensors, type SafetensorsFile } from './safetensors.ts'
import { nameProblem, shownName } from './tensor-name.ts'

/** A matrix W [rows, columns]; plain data. */
export interface BareLayer {
  /** Tensor name without `.weight`. */
  layer: string
  tensor: string
  rows: number
  columns: number
  dtype: TensorType
  /** Size in the file. */
  bytes: number
  file: string
  /** The tensor [tokens, columns] of its inputs, where there is one. */
  inputs?: { tensor: string; tokens: number }
}

/** What is in the files; plain data. */
export interface BareFacts {
  name: string
  bytes: number
  layers: BareLayer[]
  /** Tensors that are no matrix of floats, with the reason. */
  skipped: { tensor: string; reason: string }[]
}

export interface Bare {
  readonly facts: BareFacts
  /** @throws InputError naming some of the layers there are. */
  layer(name: string): BareLayer
  /** W f32 [rows, columns], or `count` rows of it from row `first` on. */
  weights(layer: BareLayer, first?: number, count?: number): Promise<Float32Array<ArrayBuffer>>
  /** x f32 [count, columns] of `count` tokens from token `first` on. @throws InputError when the layer has none. */
  inputs(layer: BareLayer, first: number, count: number): Promise<Float32Array<ArrayBuffer>>
}

const natural = new Intl.Collator('en', { numeric: true })

/** Whether files are to be opened like this: safetensors, and no config.json that says what they make up. */
export function isBare(files: readonly { path: string }[]): boolean {
  const names = files.map(({ path }) => path.split('/').at(-1) ?? '')
  return !names.includes('config.json') && names.some((name) => name.endsWith('.safetensors'))
}

/** @throws InputError for damaged files, packed weights, inputs that do not fit, or when there is no matrix. */
export async function openBare(name: string, files: readonly CheckpointFile[]): Promise<Bare> {
  const homes = new Map<string, SafetensorsFile>()
  const used = files.filter(({ path }) => path.endsWith('.safetensors')).sort((a, b) => (a.path < b.path ? -1 : 1))
  await checkEach(used, async ({ path, blob }) => {
    const file = await openSafetensors(blob, path)
    for (const tensor of file.tensors.keys()) {
      const other = homes.get(tensor)
      if (other) throw new InputError(`tensor '${tensor}' is in two files: ${other.name} and ${path}`)
      homes.set(tensor, file)
    }
  })
  refuseQuantizedTensors(homes.keys())
  const layers: BareLayer[] = []
  const skipped: BareFacts['skipped'] = []
  for (const [tensor, file] of homes) {
    if (tensor.endsWith('.inputs')) continue
    const { dtype, shape, start, end } = file.tensors.get(tensor)!
    const problem = nameProblem(tensor)
    const reason = isFloat(dtype) ? problem && `its name ${problem}` : `${dtype}, no weights`
    if (reason !== undefined || shape.length !== 2 || shape.some((length) => length < 1))
      skipped.push({ tensor: shownName(tensor), reason: reason ?? `shape [${shape.join(', ')}], no matrix` })
    else {
      const layer = tensor.replace(/(?<=.)\.weight$/, '')
      const [rows, columns] = shape
      const found: BareLayer = { layer, tensor, rows, columns, dtype, bytes: end - start, file: file.name }
      layers.push({ ...found, ...inputsOf(found, homes) })
    }
  }
  for (const [tensor] of homes)
    if (tensor.endsWith('.inputs') && !layers.some(({ inputs }) => inputs?.tensor === tensor))
      skipped.push({ tensor: shownName(tensor), reason: 'inputs of a matrix that is not there' })
  // 'up' beside 'up.weight': each has its whole name.
  const twice = new Set(layers.map(({ layer }) => layer).filter((layer, i, all) => all.indexOf(layer) < i))
  for (const found of layers) if (twice.has(found.layer)) found.layer = found.tensor
  // Block 2 comes before block 10.
  layers.sort((a, b) => natural.compare(a.layer, b.layer))
  if (!layers.length)
    throw new InputError(
      `no config.json, and no matrix among the ${homes.size} tensors of ${used.map(({ path }) => path).join(', ')}`,
    )
  const bytes = used.reduce((total, { blob }) => total + blob.size, 0)
  return {
    facts: { name, bytes, layers, skipped },
    layer(wanted) {
      const found = layers.find(({ layer, tensor }) => layer === wanted || tensor === wanted)
      const some = layers.slice(0, 3).map(({ layer }) => `'${layer}'`)
      if (!found)
        throw new InputError(`no matrix '${wanted}' among the ${layers.length} of ${name}, such as ${some.join(', ')}`)
      return found
    },
    async weights({ tensor, rows, columns }, first = 0, count = rows - first) {
      return homes.get(tensor)!.floats(tensor, first * columns, count * columns)
    },
    async inputs({ layer, columns, inputs }, first, count) {
      if (!inputs) throw new InputError(`'${layer}' has no inputs: no tensor '${layer}.inputs'`)
      return homes.get(inputs.tensor)!.floats(inputs.tensor, first * columns, count * columns)
    },
  }
}

function inputsOf(
  { layer, tensor, columns }: BareLayer,
  homes: ReadonlyMap<string, SafetensorsFile>,
): Pick<BareLayer, 'inputs'> {
  const name = [`${layer}.inputs`, `${tensor}.inputs`].find((candidate) => homes.has(candidate))
  if (name === undefined) return {}
  const { dtype, shape } = homes.get(name)!.tensors.get(name)!
  if (!isFloat(dtype) || shape.length !== 2 || shape[1] !== columns || shape[0] < 1)
    throw new InputError(
      `tensor '${name}' is ${dtype} [${shape.join(', ')}]; inputs of '${tensor}' are floats [tokens, ${columns}]`,
    )
  return { inputs: { tensor: name, tokens: shape[0] } }
}
