// A request to a server of models: asked again while the server is busy or out of reach, given up when it stays so or
// falls silent, ended when nobody wants the answer any more.
import { InputError } from './errors.ts'

/** What a request needs of the world. */
export interface Net {
  fetch(url: string, init?: RequestInit): Promise<Response>
  /** @throws the signal's reason, where it is aborted before. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
  /** Longest silence of a server before it counts as gone. */
  patienceMs: number
}

export const net: Net = {
  fetch: (url, init) => fetch(url, init),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer)
        reject(signal!.reason as Error)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', end)
        resolve()
      }, ms)
      if (signal?.aborted) end()
      else signal?.addEventListener('abort', end, { once: true })
    }),
  patienceMs: 30_000,
}

/** As whom a server is asked, and until when. */
export interface Access {
  /** Sent to the endpoint itself; fetch leaves it out where a redirect leads to another origin. */
  token?: string
  /** Ends every request made with it; what was waited for is rejected with its reason. Read when a request begins. */
  readonly signal?: AbortSignal
  net?: Net
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The body; what is not taken is not fetched. @throws when the connection drops or the server falls silent. */
  chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>>
  /** Leaves the rest of the body. */
  close(): Promise<void>
}

/** Requests without any progress after which a reader gives up. */
export const ATTEMPTS = 5
const FIRST_WAIT_MS = 250
/** Of a server that counts requests and has had enough of them, where it does not say how long. */
const FIRST_WAIT_LIMITED_MS = 2000
/** Longest wait that a server may ask for. */
const LONGEST_WAIT_MS = 60_000

const isBusy = (status: number) => status === 408 || status === 429 || status >= 500

/** How long to wait after so many failures in a row. */
export const backoffMs = (failures: number, first = FIRST_WAIT_MS) => first * 2 ** failures

/**
 * An answer to a request, asked for again while the server is busy or out of reach.
 * @throws InputError when it stays so; the signal's reason when it is aborted.
 */
export async function ask(url: string, what: string, access: Access, headers?: HeadersInit): Promise<Answer> {
  const { signal, net: world = net } = access
  let fact = ''
  let pauseMs = 0
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt) await world.wait(pauseMs, signal)
    try {
      const answer = await request(url, access, headers)
      if (!isBusy(answer.status)) return answer
      await answer.close()
      fact = `the server answered ${answer.status}`
      const askedMs = retryAfterMs(answer.headers)
      if (askedMs > LONGEST_WAIT_MS)
        throw new InputError(`${what}: ${fact} and asks to wait ${Math.ceil(askedMs / 1000)} s; try again after that`)
      pauseMs = Math.max(askedMs, backoffMs(attempt, answer.status === 429 ? FIRST_WAIT_LIMITED_MS : FIRST_WAIT_MS))
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof InputError) throw error
      fact = `${new URL(url).host} cannot be reached (${reasonOf(error)})`
      pauseMs = backoffMs(attempt)
    }
  }
  throw new InputError(`${what}: ${fact}, asked ${ATTEMPTS} times`)
}

async function request(url: string, access: Access, given?: HeadersInit): Promise<Answer> {
  const { token, signal, net: world = net } = access
  signal?.throwIfAborted()
  const headers = new Headers(given)
  if (token !== undefined) headers.set('Authorization', `Bearer ${token}`)
  const silence = new AbortController()
  /** What is waited for, or an error when nothing comes for too long. */
  const heard = async <T>(work: Promise<T>): Promise<T> => {
    const reason = new Error(`nothing came for ${world.patienceMs / 1000} s`)
    const timer = setTimeout(() => silence.abort(reason), world.patienceMs)
    try {
      return await work
    } finally {
      clearTimeout(timer)
    }
  }
  const ended = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal
  const response = await heard(world.fetch(url, { headers, signal: ended }))
  return {
    status: response.status,
    headers: response.headers,
    async *chunks() {
      const reader = response.body?.getReader()
      if (!reader) return
      try {
        for (;;) {
          const { value, done } = await heard(reader.read())
          if (done) return
          yield value
        }
      } finally {
        await reader.cancel().catch(() => {})
      }
    },
    async close() {
      await response.body?.cancel().catch(() => {})
    },
  }
}

/**
 * The whole body of an answer of up to `most` bytes, asked for again when the connection drops in the middle.
 * @throws as `ask` does.
 */
export async function askWhole(
  url: string,
  what: string,
  access: Access,
  most: number,
  headers?: HeadersInit,
): Promise<Response> {
  const { signal, net: world = net } = access
  for (let failures = 1; ; failures++) {
    const answer = await ask(url, what, access, headers)
    const parts: Uint8Array<ArrayBuffer>[] = []
    let bytes = 0
    try {
      for await (const chunk of answer.chunks()) {
        bytes += chunk.length
        if (bytes > most) throw new InputError(`${what}: the server sent more than ${most} bytes`)
        parts.push(chunk)
      }
      return new Response(new Blob(parts), { status: answer.status, headers: answer.headers })
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof InputError) throw error
      if (failures === ATTEMPTS)
        throw new InputError(`${what}: the connection dropped ${failures} times (${reasonOf(error)})`)
      await world.wait(backoffMs(failures - 1), signal)
    }
  }
}

/** What the server asks for, in seconds or as a date; the date counts from the server's own. */
function retryAfterMs(headers: Headers): number {
  const given = headers.get('Retry-After')
  if (given === null) return 0
  const ms = /^\d+$/.test(given) ? 1000 * Number(given) : Date.parse(given) - Date.parse(headers.get('Date') ?? '')
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}

/** Why a request failed, in the words of the system. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string } }
  return cause?.code ?? message ?? String(error)
}

/** What an answer that is no success means. */
export function statusFact(status: number, what: string, token?: string): string {
  const elsewhere = 'download it where you have access, and open the folder'
  const mend = token === undefined ? `give a token that may read it, or ${elsewhere}` : elsewhere
  const asked = token === undefined ? '' : ' with the token that was given'
  if (status === 401)
    return `${what}: the server answered 401${asked}: it does not exist, is private or is gated; ${mend}`
  if (status === 403) return `${what}: the server answered 403${asked}: it is gated or closed to you; ${mend}`
  if (status === 404) return `${what}: the server answered 404: there is no such model, revision or file`
  return `${what}: the server answered ${status}`
}

const MOST_TOKEN = 1000

/** @throws InputError for what can be no token, and for one that would travel in the open. */
export function checkToken(token: string, endpoint: string): void {
  if (!/^[!-~]+$/.test(token) || token.length > MOST_TOKEN)
    throw new InputError('the token is empty or has characters that no token has')
  const { protocol, hostname } = new URL(endpoint)
  if (protocol !== 'https:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname))
    throw new InputError(`a token is not sent to ${endpoint} without encryption; https is needed`)
}
