// Opens a source: bundled files, dropped ones or those of the Hub become a checkpoint, a model, and the report of what is in it.
import { type Bare, isBare, openBare } from '../formats/bare.ts'
import { openCheckpoint, type Checkpoint, type CheckpointFile } from '../formats/checkpoint.ts'
import { checkEach, InputError } from '../formats/errors.ts'
import { hubFiles, hubModel } from '../formats/hub.ts'
import { type ByteStore, Kept } from '../formats/kept.ts'
import { checkpointFolders } from '../formats/placement.ts'
import type { LayerFacts } from '../model/facts.ts'
import { openModel, type Model } from '../model/model.ts'
import { bareLayerFacts, bareModelFacts } from '../pipeline/bare-layers.ts'
import type { TokenText } from '../pipeline/run.ts'
import { tokenText } from '../pipeline/texts.ts'
import type { Check, NamedText, OpenReport, Source } from './protocol.ts'
import { diagnosis, errorRows } from './diagnosis.ts'
import { OpeningChecks } from './opening-checks.ts'
import { reach, Requests } from './reach.ts'
import { bareRows, checkRows, failedReport, modelReport } from './report.ts'

const bundled = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']
/** The model whose texts serve where no own text is given. */
const home = 'models/tiny-tales-1m/'

/** What rooms and runs need whether there is a model or only matrices. */
interface OpenedLayers {
  name: string
  layers: LayerFacts[]
  /** W f32 [rows, columns]. */
  weights(layer: LayerFacts): Promise<Float32Array>
  /** Ends its requests in flight, where it lies on a server; what waits for them is rejected with the reason. */
  interrupt?(reason: Error): void
}

export interface OpenedModel extends OpenedLayers {
  checkpoint: Checkpoint
  model: Model
  /** Tokens of the given texts, or of the bundled ones. */
  texts(calibration: NamedText | undefined, evaluation: NamedText | undefined): Promise<[TokenText, TokenText]>
  /** Tokens of one of them. @throws InputError when the model's tokenizer cannot read it. */
  text(use: 'calibration' | 'evaluation', own: NamedText | undefined): Promise<TokenText>
}

/** Matrices without a model. */
export interface OpenedBare extends OpenedLayers {
  bare: Bare
}

export type Opened = OpenedModel | OpenedBare

/** @throws InputError where there are only matrices. */
export function wholeModel(opened: Opened): OpenedModel {
  if ('model' in opened) return opened
  throw new InputError(`${opened.name} has matrices without a model (no config.json): nothing can be read or written`)
}

export interface Opening {
  /** The page's folder. */
  base: string
  /** Told what is known so far. */
  report(partial: OpenReport): unknown
  /** Ends every request once nobody waits for the result any more, or needs the model. */
  signal: AbortSignal
  /** Told the bytes of every piece that comes from a server of models. */
  arrived?(bytes: number): void
  /** Where these bytes are kept until the signal is aborted, and who is told when they cannot be. */
  keeping?: { store(signal: AbortSignal): ByteStore; tell(reason: string): void }
}

/**
 * Never throws for bad input: the report then has checks with status 'error', those that held, and nothing is opened.
 * Undefined when it was not wanted to the end.
 */
export async function openSource(
  source: Source,
  { base, report, signal, arrived = () => {}, keeping }: Opening,
): Promise<{ report: OpenReport; opened?: Opened } | undefined> {
  let files: CheckpointFile[] = source.kind === 'files' ? source.files : []
  let known: Omit<OpenReport, 'checks'> | undefined
  let at: Pick<OpenReport, 'commit'> = {}
  const requests = new Requests(signal)
  const interrupt = (reason: Error) => requests.interrupt(reason)
  const checks: Check[] = []
  const steps = new OpeningChecks(source.kind, (rows) =>
    report({ ...(known ?? failedReport(source, files)), checks: rows }),
  )
  try {
    if (!isBare(files)) steps.begin()
    if (source.kind === 'bundled') files = await fetchFiles(`${base}models/${source.name}/`)
    if (source.kind === 'hub') {
      const access = reach({ token: source.token, requests, arrived })
      const tell = (reason: string) => !signal.aborted && keeping?.tell(reason)
      const kept = keeping && new Kept(keeping.store(signal), tell)
      const { commit, ...found } = await hubFiles(hubModel(source.id, source.endpoint), access, kept)
      files = found.files
      at = commit === undefined ? {} : { commit }
    }
    const [folder] = checkpointFolders(files)
    const name = folder ? folder.split('/').at(-1)! : source.name
    const checkpoint = await openCheckpoint(name, files, (step) => steps.seen(step))
    const model = openModel(checkpoint)
    checks.push(...folderRow(files), ...checkRows(checkpoint, model))
    known = { ...modelReport(checkpoint, model), from: source.kind, ...at }
    steps.found(checks)
    if (source.kind === 'files') {
      let looked = 0
      await checkEach(model.tensorNames, async (name) => {
        if (signal.aborted) return
        steps.values(looked++, model.tensorNames.length)
        await checkpoint.checkFinite(name)
      })
      if (signal.aborted) return undefined
      const fact = `No NaN and no infinity in ${model.tensorNames.length} tensors`
      checks.push({ status: 'ok', subject: 'Values', fact })
    }
    const texts = textsOf(checkpoint, model, base)
    const layers = { name: checkpoint.name, layers: model.layers, weights: (one: LayerFacts) => model.weights(one) }
    return { report: { ...known, checks }, opened: { ...layers, ...texts, checkpoint, model, interrupt } }
  } catch (error) {
    if (signal.aborted) return undefined
    if (!(error instanceof InputError)) throw error
    if (isBare(files)) {
      const { report, opened } = await openMatrices(source, files, error)
      return { report: { ...report, ...at }, ...(opened && { opened: { ...opened, interrupt } }) }
    }
    const rows = checks.length ? [...checks, ...errorRows(error, files, 'Values')] : await diagnosis(error, files)
    const folders = checkpointFolders(files)
    return { report: { ...failedReport(source, files), ...at, checks: rows, ...(folders.length > 1 && { folders }) } }
  }
}

/** Which folder was taken, where it is not the one that was given. */
function folderRow(files: readonly CheckpointFile[]): Check[] {
  const [folder] = checkpointFolders(files)
  if (!folder) return []
  return [{ status: 'ok', subject: 'Folder', fact: `${folder}: there lies the outermost config.json` }]
}

/** Safetensors without a model: `why` there is none. */
async function openMatrices(
  source: Source,
  files: readonly CheckpointFile[],
  why: InputError,
): Promise<{ report: OpenReport; opened?: Opened }> {
  const report = failedReport(source, files)
  try {
    const bare = await openBare(source.name, files)
    const { facts } = bare
    const layers = bareLayerFacts(facts.layers)
    const weights = ({ layer }: LayerFacts) => bare.weights(bare.layer(layer))
    return {
      report: {
        ...report,
        bytes: facts.bytes,
        checks: bareRows(why, facts),
        bare: facts,
        model: bareModelFacts(facts),
        layers,
      },
      opened: { name: source.name, layers, weights, bare },
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const other = error.message === why.message ? [] : [error.message, ...error.more]
    const both = new InputError(why.message, { more: [...why.more, ...other] })
    return { report: { ...report, checks: await diagnosis(both, files) } }
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

function textsOf(checkpoint: Checkpoint, model: Model, base: string): Pick<OpenedModel, 'text' | 'texts'> {
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
  const text: OpenedModel['text'] = (use, own) => tokens(own, `${use}.txt`)
  return {
    text,
    texts: async (calibration, evaluation) => [
      await text('calibration', calibration),
      await text('evaluation', evaluation),
    ],
  }
}
