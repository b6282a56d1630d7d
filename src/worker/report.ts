// The check list after opening a checkpoint, and the facts of what was opened.
import type { BareFacts } from '../formats/bare.ts'
import type { Checkpoint } from '../formats/checkpoint.ts'
import { isFloat } from '../formats/dtype.ts'
import type { InputError } from '../formats/errors.ts'
import type { Model } from '../model/model.ts'
import { openTokenizer } from '../tokenizer/tokenizer.ts'
import type { Check, OpenReport, Source } from './protocol.ts'

const count = (n: number) => n.toLocaleString('en-US')

/** One line per thing that was looked at. @throws InputError when the tokenizer cannot be made. */
export function checkRows(checkpoint: Checkpoint, model: Model): Check[] {
  const { facts, heads } = model
  const { tensors } = checkpoint
  const weights = model.layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0)
  const files = [...new Set([...tensors.values()].map(({ file }) => file))]
  const types = [...new Set([...tensors.values()].map(({ dtype }) => dtype))].join(', ')
  return [
    {
      status: 'ok',
      subject: 'config.json',
      fact: `${facts.architecture}, ${facts.blocks} blocks, ${count(facts.hidden)} wide`,
      detail: `${heads.queries} heads share ${heads.keyValues} key–value heads; context ${count(facts.context)}`,
    },
    tokenizerRow(checkpoint),
    {
      status: 'ok',
      subject: files.length === 1 ? files[0] : 'Shards',
      fact: `${files.length === 1 ? '' : `${files.length} of ${files.length}: `}${count(tensors.size)} tensors, ${types}`,
      detail: `${count(facts.parameters)} weights, of which ${count(weights)} get quantized`,
    },
    {
      status: 'ok',
      subject: 'Output head',
      fact: facts.tied ? 'Tied to the embedding, kept in full precision' : 'Its own tensor, kept in full precision',
    },
    {
      status: 'ok',
      subject: 'Shapes',
      fact: `${count(model.tensorNames.length)} of ${count(model.tensorNames.length)} agree with the config`,
    },
    ...unusedRow(checkpoint, model),
    ...checkpoint.skipped
      .slice(0, 4)
      .map((path): Check => ({ status: 'skipped', subject: path, fact: 'Not needed, left alone' })),
    ...(checkpoint.skipped.length > 4
      ? [
          {
            status: 'skipped',
            subject: `${checkpoint.skipped.length - 4} more files`,
            fact: 'Not needed, left alone',
          } as const,
        ]
      : []),
  ]
}

/** Tensors that the family has no use for: masks, positions, counters, parts for training. */
function unusedRow({ tensors }: Checkpoint, { tensorNames }: Model): Check[] {
  const used = new Set(tensorNames)
  const unused = [...tensors].filter(([name]) => !used.has(name))
  if (!unused.length) return []
  const [name, { dtype }] = unused.find(([, tensor]) => !isFloat(tensor.dtype)) ?? unused[0]
  const reason = isFloat(dtype) ? 'no part of this family' : 'integers, so no weights'
  return [
    {
      status: 'skipped',
      subject: unused.length === 1 ? '1 more tensor' : `${count(unused.length)} more tensors`,
      fact: 'Not used, left alone',
      detail: `such as ${name}: ${dtype}, ${reason}`,
    },
  ]
}

function tokenizerRow({ tokenizerJson, tokenizerConfigJson, tokenizerMissing }: Checkpoint): Check {
  if (!tokenizerJson)
    return {
      status: 'warning',
      subject: 'tokenizer.json',
      fact: 'Missing: only texts given as token ids (.json) can be used',
      ...(tokenizerMissing !== undefined && { detail: tokenizerMissing }),
    }
  const { size } = openTokenizer(tokenizerJson, tokenizerConfigJson)
  return { status: 'ok', subject: 'tokenizer.json', fact: `${count(size)} tokens` }
}

/** What safetensors without a model hold, and why there is none. */
export function bareRows(why: InputError, { layers, skipped }: BareFacts): Check[] {
  const own = layers.filter(({ inputs }) => inputs).length
  const [matrices, others] = [
    counted(layers.length, 'matrix', 'matrices'),
    counted(skipped.length, 'tensor', 'tensors'),
  ]
  const example = skipped[0] && `such as ${skipped[0].tensor}: ${skipped[0].reason}`
  return [
    { status: 'warning', subject: 'Model', fact: 'None: only its matrices can be quantized', detail: why.message },
    { status: 'ok', subject: 'Matrices', fact: `${matrices}, each by itself` },
    {
      status: own ? 'ok' : 'skipped',
      subject: 'Inputs',
      fact: own ? `Of ${count(own)} of them: H = XᵀX / tokens` : 'None given: H = I for every matrix',
    },
    ...(example
      ? [{ status: 'skipped', subject: others, fact: 'No matrices, left alone', detail: example } as const]
      : []),
  ]
}

const counted = (value: number, one: string, many: string) => `${count(value)} ${value === 1 ? one : many}`

/** Facts of an opened model. */
export function modelReport(checkpoint: Checkpoint, model: Model): Omit<OpenReport, 'checks' | 'from'> {
  return {
    name: checkpoint.name,
    bytes: checkpoint.bytes,
    files: checkpoint.fileCount,
    model: model.facts,
    layers: model.layers,
  }
}

/** What was given, for the report of a checkpoint that cannot be opened. */
export function failedReport(
  { kind, name }: Source,
  files: readonly { blob: { size: number } }[],
): Omit<OpenReport, 'checks'> {
  const bytes = files.reduce((sum, { blob }) => sum + blob.size, 0)
  return { name, from: kind, bytes, files: files.length }
}
