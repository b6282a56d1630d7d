// A server on this machine with the addresses of the Hub: lists, and files with ranges behind a redirect. It can be told
// to misbehave, and remembers what it was asked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HubServer extends AsyncDisposable {
  endpoint: string
  /** Paths, with the range that was asked for. */
  asked: string[]
}

export interface Manners {
  /** Status of every answer instead of the usual ones. */
  status?: number
  /** Answers of 503 before the first good one. */
  busy?: number
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
  let { busy = 0 } = manners
  let drops = manners.drop?.times ?? 0
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURIComponent((request.url ?? '').split('?')[0])
    const range = request.headers.range
    asked.push(range === undefined ? path : `${path} ${range}`)
    if (manners.status !== undefined || busy-- > 0) {
      response.writeHead(manners.status ?? 503, { 'Content-Type': 'application/json' }).end('{"error":"no"}')
      return
    }
    if (path === `/api/models/${id}/tree/main`) {
      const list = Object.entries(files).map(([name, { length }]) => ({
        type: 'file',
        oid: '0',
        size: length,
        path: name,
      }))
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(list))
      return
    }
    const name = path.replace(`/${id}/resolve/main/`, '').replace('/cdn/', '')
    if (!Object.hasOwn(files, name)) {
      response.writeHead(404).end()
      return
    }
    if (!path.startsWith('/cdn/')) {
      response.writeHead(302, { Location: `/cdn/${name}` }).end()
      return
    }
    const bytes = files[name]
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
    const whole = manners.ignoresRanges === true || first === undefined
    const part = whole ? bytes : bytes.subarray(Number(first), Number(last) + 1)
    response.writeHead(whole ? 200 : 206, {
      'Content-Length': part.length,
      ...(!whole && { 'Content-Range': `bytes ${first}-${Number(first) + part.length - 1}/${bytes.length}` }),
    })
    if (manners.drop && part.length > manners.drop.bytes && drops-- > 0)
      response.write(part.subarray(0, manners.drop.bytes), () => setTimeout(() => response.destroy(), 20))
    else response.end(part)
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
