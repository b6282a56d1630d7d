// A model on the Hugging Face Hub, or on a server with the same addresses: its list of files, each read lazily by ranges.
// A branch may move while it is read, so that everything is read at the commit it is at when it is opened. Listing is
// @huggingface/hub's, loaded when it is asked for; nothing is requested before.
import type { CheckpointFile } from './checkpoint.ts'
import { InputError } from './errors.ts'
import { remoteFile } from './hub-file.ts'
import { type Access, askWhole, checkToken, statusFact } from './hub-request.ts'
import type { Kept } from './kept.ts'

export const hubEndpoint = 'https://huggingface.co'

export interface HubModel {
  /** owner/name */
  id: string
  endpoint: string
  revision: string
  /** The one file that an address names. */
  file?: string
}

/** Most files of a repository that are listed, and bytes of one page of the list. */
const MOST_FILES = 5000
const MOST_LIST_BYTES = 16 << 20

/**
 * A model by its id, `owner/name` or `owner/name@revision`, or by the address of its page or of one of its files.
 * @throws InputError when it is neither.
 */
export function hubModel(text: string, endpoint = hubEndpoint): HubModel {
  const given = text.trim()
  const fail = (): never => {
    throw new InputError(`'${given.slice(0, 200)}' is neither an id such as owner/name nor the address of a model`)
  }
  if (!/^https?:\/\//.test(given)) {
    const [, id, revision = 'main'] = /^(\w[\w.-]*\/\w[\w.-]*)(?:@([\w.\-/]+))?$/.exec(given) ?? fail()
    return { id, endpoint: checkedEndpoint(endpoint), revision }
  }
  if (!URL.canParse(given)) fail()
  const { origin, pathname } = new URL(given)
  const [owner, name, kind, revision = 'main', ...path] = pathname.split('/').filter(Boolean).map(decodeURIComponent)
  if (owner === undefined || name === undefined) fail()
  if (kind !== undefined && !['tree', 'blob', 'resolve'].includes(kind)) fail()
  const id = `${owner}/${name}`
  if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(id)) fail()
  return { id, endpoint: origin, revision, ...(path.length && kind !== 'tree' && { file: path.join('/') }) }
}

function checkedEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (!url || !/^https?:$/.test(url.protocol))
    throw new InputError(`the endpoint '${endpoint.slice(0, 200)}' is no address such as ${hubEndpoint}`)
  return url.href.replace(/\/+$/, '')
}

export interface HubFiles {
  name: string
  files: CheckpointFile[]
  /** At which all of them are read; absent where the server does not tell it. */
  commit?: string
}

/** A commit by its first digits, as the Hub shows it. */
export const shortCommit = (commit: string) => commit.slice(0, 7)

const isDigest = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{40,64}$/.test(value)

/**
 * The files in the outermost folder of a model. `kept`: where their bytes are kept, so that each is requested once.
 * @throws InputError saying why it cannot be listed; the signal's reason once it is aborted, as do reads of the files.
 */
export async function hubFiles(model: HubModel, access: Access = {}, kept?: Kept): Promise<HubFiles> {
  const { id, endpoint, file } = model
  if (access.token !== undefined) checkToken(access.token, endpoint)
  const { listFiles, modelInfo, HubApiError } = await import('@huggingface/hub')
  const files: CheckpointFile[] = []
  const what = `${id} on ${new URL(endpoint).host}`
  const fetch = (input: RequestInfo | URL, init?: RequestInit) => {
    const url = input instanceof Request ? input.url : String(input)
    if (new URL(url).origin !== new URL(endpoint).origin)
      throw new InputError(`${what}: its list goes on at another server, ${new URL(url).host}`)
    return askWhole(url, what, access, MOST_LIST_BYTES, init?.headers)
  }
  /** Of the revision now; undefined where the server has no such answer. */
  const commitNow = async (): Promise<string | undefined> => {
    if (isDigest(model.revision)) return model.revision
    const asked = { name: id, hubUrl: endpoint, revision: model.revision, additionalFields: ['sha' as const], fetch }
    try {
      const { sha } = await modelInfo(asked)
      return isDigest(sha) ? sha : undefined
    } catch (error) {
      if (error instanceof InputError || access.signal?.aborted) throw error
      if (error instanceof HubApiError && [401, 403].includes(error.statusCode)) throw error
      return undefined
    }
  }
  let commit: string | undefined
  try {
    commit = await commitNow()
    const revision = commit ?? model.revision
    for await (const entry of listFiles({ repo: id, hubUrl: endpoint, revision, fetch })) {
      const { type, path, size, lfs, oid } = entry
      if (type !== 'file') continue
      if (files.length >= MOST_FILES) throw new InputError(`${what} has more than ${MOST_FILES} files`)
      const bytes = lfs?.size ?? size
      if (typeof path !== 'string' || !Number.isSafeInteger(bytes) || bytes < 0)
        throw new InputError(`${what}: its list names ${shown(path)} with a size of ${shown(bytes)}`)
      const address = path.split('/').map(encodeURIComponent).join('/')
      const url = `${endpoint}/${id}/resolve/${encodeURIComponent(revision)}/${address}`
      const content: unknown = lfs?.oid ?? oid
      const remote = { url, what: `${id}/${path}`, size: bytes, ...(isDigest(content) && { content }) }
      const blob = remoteFile(remote, access)
      files.push({ path, blob: kept?.file(blob) ?? blob })
    }
  } catch (error) {
    access.signal?.throwIfAborted()
    if (error instanceof InputError) throw error
    if (error instanceof HubApiError)
      throw new InputError(statusFact(error.statusCode, what, access.token), { cause: error })
    throw new InputError(`${what}: its list of files cannot be read (${(error as Error).message})`, { cause: error })
  }
  if (!files.length) throw new InputError(`${what} has no files`)
  // Of several GGUF files of one model, the one that is named.
  const named = file?.endsWith('.gguf') ? files.filter(({ path }) => path === file || !path.endsWith('.gguf')) : files
  return { name: id.split('/')[1], files: named, ...(commit !== undefined && { commit }) }
}

/** What the list says, in short. */
const shown = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 100)
