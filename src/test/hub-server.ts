// A server on this machine with the addresses of the Hub: lists, and files with ranges behind a redirect. It can be told
// to misbehave, and remembers what it was asked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HubServer extends AsyncDisposable {
  endpoint: string
  /** Paths, with the range that was asked for. */
  asked: string[]
  /** The Authorization header of each of them. */
  authorizations: (string | undefined)[]
}

export interface Manners {
  /** Status of every answer instead of the usual ones. */
  status?: number
  /** Answers of 503, or of another status, before the first good one. */
  busy?: number
  busyStatus?: number
  retryAfter?: string
  /** Files lie on another origin, as on the real Hub. */
  apart?: boolean
  /** Requests of file contents that are taken and never answered; counted down. */
  silent?: number
  /** Files by commit; `main` is at the last of them. Absent: the server does not speak of commits. */
  commits?: Record<string, Record<string, Uint8Array>>
  /** Headers of the contents of files, by how many were sent before. */
  contentHeaders?: (sent: number) => Record<string, string>
  /** Status of the contents of files. */
  contentStatus?: number
  /** Ids of contents in the list. */
  oid?: string
  /** Most bytes of one answer. */
  most?: number
  /** Bytes after which a connection drops, for each of so many requests. */
  drop?: { bytes: number; times: number }
  /** Sends whole files whatever is asked. */
  ignoresRanges?: boolean
}

export async function hubServer(
  id: string,
  files: Record<string, Uint8Array>,
  manners: Manners = {},
): Promise<HubServer> {
  const asked: string[] = []
  const authorizations: HubServer['authorizations'] = []
  let { busy = 0 } = manners
  let sent = 0
  /** Where the contents of files are. */
  let contents = ''
  let drops = manners.drop?.times ?? 0
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURIComponent((request.url ?? '').split('?')[0])
    const range = request.headers.range
    // Pages of other origins may ask, and see what they are told, as on the real Hub.
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.setHeader('Access-Control-Expose-Headers', 'Link, ETag, Content-Range')
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { 'Access-Control-Allow-Headers': 'authorization, range' }).end()
      return
    }
    asked.push(range === undefined ? path : `${path} ${range}`)
    authorizations.push(request.headers.authorization)
    if (manners.status !== undefined || busy-- > 0) {
      const { status = manners.busyStatus ?? 503, retryAfter } = manners
      const headers = {
        'Content-Type': 'application/json',
        ...(retryAfter !== undefined && { 'Retry-After': retryAfter }),
      }
      response.writeHead(status, headers).end('{"error":"no"}')
      return
    }
    const { commits = {} } = manners
    const newest = Object.keys(commits).at(-1)
    if (path === `/api/models/${id}/revision/main` && newest !== undefined) {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ id, sha: newest }))
      return
    }
    const [at = '', commit] = /\/([0-9a-f]{40})\b/.exec(path) ?? []
    const there = (commit === undefined ? newest && commits[newest] : (commits[commit] ?? {})) || files
    if (path === `/api/models/${id}/tree${at || '/main'}`) {
      const list = Object.entries(there).map(([name, { length }]) => ({
        type: 'file',
        oid: manners.oid ?? '0',
        size: length,
        path: name,
      }))
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(list))
      return
    }
    const name = path.replace(`/${id}/resolve${at || '/main'}/`, '').replace(`/cdn${at}/`, '')
    if (!Object.hasOwn(there, name)) {
      response.writeHead(404).end()
      return
    }
    if (!path.startsWith('/cdn/')) {
      response.writeHead(302, { Location: `${contents}/cdn${at}/${name}` }).end()
      return
    }
    if (manners.silent) {
      manners.silent--
      return
    }
    const bytes = there[name]
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
    const whole = manners.ignoresRanges === true || first === undefined
    const part = whole
      ? bytes
      : bytes.subarray(Number(first), Math.min(Number(last) + 1, Number(first) + (manners.most ?? Infinity)))
    response.writeHead(manners.contentStatus ?? (whole ? 200 : 206), {
      'Content-Length': part.length,
      ...(!whole && { 'Content-Range': `bytes ${first}-${Number(first) + part.length - 1}/${bytes.length}` }),
      ...manners.contentHeaders?.(sent++),
    })
    if (manners.drop && part.length > manners.drop.bytes && drops-- > 0)
      response.write(part.subarray(0, manners.drop.bytes), () => setTimeout(() => response.destroy(), 20))
    else response.end(part)
  }
  const servers = [createServer(answer), ...(manners.apart ? [createServer(answer)] : [])]
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const [endpoint, other] = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  contents = other ?? ''
  return {
    endpoint,
    asked,
    authorizations,
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}
