// Opens a source: bundled files or dropped ones become a checkpoint, a model, and the report of what is in it.
import { openCheckpoint, type Checkpoint, type CheckpointFile } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'
import type { AdapterFacts } from '../gpu/gpu.ts'
import { openModel, type Model } from '../model/model.ts'
import type { TokenText } from '../pipeline/run.ts'
import { tokenText } from '../pipeline/texts.ts'
import type { Check, NamedText, OpenReport, Source } from './protocol.ts'
import { checkRows, failedReport, modelReport } from './report.ts'

const bundled = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']
/** The model whose texts serve where no own text is given. */
const home = 'models/tiny-tales-1m/'

export interface Opened {
  checkpoint: Checkpoint
  model: Model
  /** Tokens of the given texts, or of the bundled ones. */
  texts(calibration: NamedText | undefined, evaluation: NamedText | undefined): Promise<[TokenText, TokenText]>
}

/** Never throws for bad input: the report then has a check with status 'error' and there is nothing opened. `base` is the page's folder. */
export async function openSource(
  source: Source,
  base: string,
  adapter: AdapterFacts | undefined,
  report: (partial: OpenReport) => void,
): Promise<{ report: OpenReport; opened?: Opened }> {
  try {
    const files = source.kind === 'files' ? source.files : await fetchFiles(`${base}models/${source.name}/`)
    const checkpoint = await openCheckpoint(source.name, files)
    const model = openModel(checkpoint)
    const checks = checkRows(checkpoint, model)
    const facts = modelReport(checkpoint, model, adapter)
    report({ ...facts, checks })
    const values = source.kind === 'files' ? [await checkValues(checkpoint, model)] : []
    const opened = { checkpoint, model, texts: textsOf(checkpoint, model, base) }
    return { report: { ...facts, checks: [...checks, ...values] }, opened }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return { report: failedReport(source, error.message) }
  }
}

/** Reads every tensor of the model once, one at a time. @throws InputError naming tensor and count of values that are not finite. */
async function checkValues(checkpoint: Checkpoint, model: Model): Promise<Check> {
  const { tensorNames } = model
  for (const name of tensorNames) await checkpoint.floats(name)
  return { status: 'ok', subject: 'Values', fact: `No NaN and no infinity in ${tensorNames.length} tensors` }
}

async function fetchFiles(folder: string): Promise<CheckpointFile[]> {
  return Promise.all(bundled.map(async (path) => ({ path, blob: await (await fetched(folder + path)).blob() })))
}

async function fetched(url: string): Promise<Response> {
  const response = await fetch(url)
  if (!response.ok) throw new InputError(`${url}: the server answered ${response.status} ${response.statusText}`)
  return response
}

function textsOf(checkpoint: Checkpoint, model: Model, base: string): Opened['texts'] {
  const kept = new Map<string, TokenText>()
  const tokens = async (own: NamedText | undefined, name: string): Promise<TokenText> => {
    const key = own ? `${own.name}\n${own.text}` : name
    let text = kept.get(key)
    if (!text) {
      const source = own ?? { name, text: await (await fetched(base + home + name)).text() }
      if (kept.size > 3) kept.clear()
      kept.set(key, (text = tokenText(checkpoint, source, model.facts.vocabulary)))
    }
    return text
  }
  return async (calibration, evaluation) => [
    await tokens(calibration, 'calibration.txt'),
    await tokens(evaluation, 'evaluation.txt'),
  ]
}
