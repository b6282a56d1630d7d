// A file behind an address, read by single ranges: what is asked for is requested, and nothing else. A connection that
// drops is taken up at the byte where it ended; a busy server is asked again after a while, five times without a byte.
import { InputError } from './errors.ts'
import type { ByteSource } from './range.ts'

/** What a request needs of the world. */
export interface Net {
  fetch(url: string, init?: RequestInit): Promise<Response>
  wait(ms: number): Promise<void>
}

export const net: Net = {
  fetch: (url, init) => fetch(url, init),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

/** As whom a server is asked, and until when. */
export interface Access {
  /** Sent to the endpoint itself; fetch leaves it out where a redirect leads to another origin. */
  token?: string
  /** Ends every request; what was waited for is rejected with its reason. */
  signal?: AbortSignal
  net?: Net
}

/** Requests without any progress after which the reader gives up. */
const ATTEMPTS = 5
const FIRST_WAIT_MS = 250
/** Longest that one request may take; what arrived until then is kept. */
const REQUEST_MS = 60_000
/** Files up to this size are read whole where a server ignores ranges. */
const WHOLE_BYTES = 16 << 20

const isBusy = (status: number) => status === 408 || status === 429 || status >= 500

/**
 * An answer to a request, asked for again while the server is busy or out of reach.
 * @throws InputError when it stays so.
 */
export async function ask(url: string, what: string, access: Access, init?: RequestInit): Promise<Response> {
  const { token, signal, net: world = net } = access
  const { fetch, wait } = world
  const headers = new Headers(init?.headers)
  if (token !== undefined) headers.set('Authorization', `Bearer ${token}`)
  let fact = ''
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt) await wait(FIRST_WAIT_MS * 2 ** (attempt - 1))
    try {
      const timeout = AbortSignal.timeout(REQUEST_MS)
      signal?.throwIfAborted()
      const response = await fetch(url, {
        ...init,
        headers,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      if (!isBusy(response.status)) return response
      fact = `the server answered ${response.status} ${response.statusText}`.trim()
      await response.body?.cancel()
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof InputError) throw error
      fact = `${new URL(url).host} cannot be reached (${reasonOf(error)})`
    }
  }
  throw new InputError(`${what}: ${fact}, asked ${ATTEMPTS} times`)
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string } }
  return cause?.code ?? message ?? String(error)
}

/** What an answer that is no success means. */
export function statusFact(status: number, what: string): string {
  const elsewhere = 'download it where you have access, and open the folder'
  if (status === 401) return `${what}: the server answered 401: it does not exist, is private or is gated; ${elsewhere}`
  if (status === 403) return `${what}: the server answered 403: it is gated or closed to you; ${elsewhere}`
  if (status === 404) return `${what}: the server answered 404: there is no such model, revision or file`
  return `${what}: the server answered ${status}`
}

/** A file of `size` bytes. */
export function remoteFile(url: string, what: string, size: number, access: Access = {}): ByteSource {
  const { signal, net: world = net } = access
  let whole: Promise<ArrayBuffer> | undefined
  const range = async (start: number, end: number): Promise<ArrayBuffer> => {
    if (whole) return (await whole).slice(start, end)
    const bytes = new Uint8Array(end - start)
    let done = 0
    for (let failures = 0; done < bytes.length;) {
      const from = start + done
      const response = await ask(url, what, access, { headers: { Range: `bytes=${from}-${end - 1}` } })
      if (response.status === 200 && (from > 0 || end < size)) {
        whole ??= wholeFile(response)
        whole.catch(() => (whole = undefined))
        return (await whole).slice(start, end)
      }
      if (response.status !== 206 && response.status !== 200) {
        await response.body?.cancel()
        throw new InputError(statusFact(response.status, what))
      }
      checkRange(response, from)
      const before = done
      try {
        for await (const chunk of chunksOf(response)) {
          if (done + chunk.length > bytes.length)
            throw new InputError(`${what}: the server sent more than the ${bytes.length} bytes that were asked for`)
          bytes.set(chunk, done)
          done += chunk.length
        }
      } catch (error) {
        signal?.throwIfAborted()
        if (error instanceof InputError) throw error
      }
      failures = done > before ? 0 : failures + 1
      if (failures >= ATTEMPTS)
        throw new InputError(`${what}: the connection dropped ${failures} times at byte ${start + done} of ${size}`)
      if (done < bytes.length) await world.wait(FIRST_WAIT_MS * 2 ** failures)
    }
    return bytes.buffer
  }
  const checkRange = (response: Response, from: number) => {
    // Absent where a server does not show it to pages of other origins.
    const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '') ?? []
    if (first === undefined) return
    if (Number(first) !== from || Number(total) !== size)
      throw new InputError(`${what}: the server sent bytes from ${first} of ${total}, asked for ${from} of ${size}`)
  }
  const wholeFile = async (response: Response): Promise<ArrayBuffer> => {
    if (size > WHOLE_BYTES) {
      await response.body?.cancel()
      throw new InputError(
        `${what}: the server ignores ranges and would send all ${size} bytes; ` +
          `files up to ${WHOLE_BYTES} bytes are read so. Download it, and open the folder`,
      )
    }
    const buffer = await response.arrayBuffer()
    if (buffer.byteLength !== size)
      throw new InputError(`${what}: the server sent ${buffer.byteLength} bytes, its list says ${size}`)
    return buffer
  }
  return { size, slice: (start, end) => ({ arrayBuffer: () => range(start, end) }) }
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  if (!reader) return
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
