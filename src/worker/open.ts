// Opens a source: bundled files, dropped ones or those of the Hub become a checkpoint, a model, and the report of what is in it.
import { isBare, openBare } from '../formats/bare.ts'
import { openCheckpoint, type Checkpoint, type CheckpointFile } from '../formats/checkpoint.ts'
import { checkEach, InputError } from '../formats/errors.ts'
import { hubFiles, hubModel } from '../formats/hub.ts'
import type { AdapterFacts } from '../gpu/gpu.ts'
import { openModel, type Model } from '../model/model.ts'
import type { TokenText } from '../pipeline/run.ts'
import { tokenText } from '../pipeline/texts.ts'
import type { Check, NamedText, OpenReport, Source } from './protocol.ts'
import { diagnosis, errorRows } from './diagnosis.ts'
import { bareRow, checkRows, failedReport, modelReport } from './report.ts'

const bundled = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']
/** The model whose texts serve where no own text is given. */
const home = 'models/tiny-tales-1m/'

export interface Opened {
  checkpoint: Checkpoint
  model: Model
  /** Tokens of the given texts, or of the bundled ones. */
  texts(calibration: NamedText | undefined, evaluation: NamedText | undefined): Promise<[TokenText, TokenText]>
}

export interface Opening {
  /** The page's folder. */
  base: string
  adapter: AdapterFacts | undefined
  /** Told what is known so far. */
  report(partial: OpenReport): unknown
  /** False once nobody waits for the result any more. */
  wanted(): boolean
}

/**
 * Never throws for bad input: the report then has checks with status 'error', those that held, and nothing is opened.
 * Undefined when it was not wanted to the end.
 */
export async function openSource(
  source: Source,
  { base, adapter, report, wanted }: Opening,
): Promise<{ report: OpenReport; opened?: Opened } | undefined> {
  let files: CheckpointFile[] = source.kind === 'files' ? source.files : []
  let known: Omit<OpenReport, 'checks'> | undefined
  const checks: Check[] = []
  try {
    if (source.kind === 'bundled') files = await fetchFiles(`${base}models/${source.name}/`)
    if (source.kind === 'hub') ({ files } = await hubFiles(hubModel(source.id, source.endpoint)))
    const checkpoint = await openCheckpoint(source.name, files)
    const model = openModel(checkpoint)
    checks.push(...checkRows(checkpoint, model))
    known = { ...modelReport(checkpoint, model, adapter), from: source.kind }
    report({ ...known, checks })
    if (source.kind === 'files') {
      await checkEach(model.tensorNames, (name) => (wanted() ? checkpoint.checkFinite(name) : undefined))
      if (!wanted()) return undefined
      const fact = `No NaN and no infinity in ${model.tensorNames.length} tensors`
      checks.push({ status: 'ok', subject: 'Values', fact })
    }
    return { report: { ...known, checks }, opened: { checkpoint, model, texts: textsOf(checkpoint, model, base) } }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const rows = checks.length ? [...checks, ...errorRows(error, files, 'Values')] : await diagnosis(error, files)
    return { report: { ...failedReport(source, files), ...(await matrices(source.name, files, rows)) } }
  }
}

/** What failed, and for safetensors without a model what matrices they hold. */
async function matrices(
  name: string,
  files: readonly CheckpointFile[],
  checks: Check[],
): Promise<Pick<OpenReport, 'checks' | 'bare'>> {
  if (!isBare(files)) return { checks }
  try {
    const { facts: bare } = await openBare(name, files)
    return { checks: [...checks, bareRow(bare)], bare }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return { checks }
  }
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
