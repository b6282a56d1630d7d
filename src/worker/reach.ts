// How the worker asks servers for models: what arrives is counted, a request that the browser does not let through says
// so instead of only failing, and those in flight can be ended for good or for now.
import { InputError } from '../formats/errors.ts'
import { type Access, net, reasonOf } from '../formats/hub-request.ts'

/** Origins that the page's Content-Security-Policy has kept from being asked. */
const forbidden = new Set<string>()

const originOf = (address: string) => (URL.canParse(address) ? new URL(address).origin : address)

// Absent outside of browsers, as in the tests.
;(globalThis as Partial<Pick<typeof globalThis, 'addEventListener'>>).addEventListener?.(
  'securitypolicyviolation',
  ({ blockedURI }) => forbidden.add(originOf(blockedURI)),
)

/** Until when a model's requests are wanted. */
export class Requests {
  private now = new AbortController()

  /** @param end ends all of them, and every later one. */
  constructor(private readonly end: AbortSignal) {}

  /** For a request that begins now. */
  get signal(): AbortSignal {
    return AbortSignal.any([this.end, this.now.signal])
  }

  /** Ends those in flight; what waits for them is rejected with the reason. */
  interrupt(reason: Error): void {
    this.now.abort(reason)
    this.now = new AbortController()
  }
}

/** As whom servers are asked, and until when. `arrived` is told the bytes of every piece. */
export function reach(given: {
  token?: string | undefined
  requests: Requests
  arrived(bytes: number): void
  fetch?: typeof net.fetch
}): Access {
  const { token, requests, arrived, fetch = net.fetch } = given
  const counted = async (url: string, init?: RequestInit): Promise<Response> => {
    const response = await fetch(url, init).catch((error: unknown) => refused(url, error, init?.signal))
    const { body, status, headers } = response
    if (!body) return response
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        arrived(chunk.length)
        controller.enqueue(chunk)
      },
    })
    return new Response(body.pipeThrough(counter), { status, headers })
  }
  return {
    get signal() {
      return requests.signal
    },
    net: { ...net, fetch: counted },
    ...(token !== undefined && { token }),
  }
}

async function refused(url: string, error: unknown, signal: AbortSignal | null | undefined): Promise<never> {
  // The browser reports a breach of the policy right after the request has failed.
  await new Promise((resolve) => setTimeout(resolve))
  signal?.throwIfAborted()
  const origin = originOf(url)
  if (forbidden.has(origin))
    throw new InputError(
      `${origin} is not asked: the Content-Security-Policy of this page (connect-src) does not name it, or not the ` +
        `server that it refers to. Who hosts the page can allow it; or download the model, and open the folder`,
    )
  if (!(error instanceof TypeError)) throw error
  const reason = `${reasonOf(error)}: there is no connection, or the server does not answer pages of other origins`
  throw new Error(reason, { cause: error })
}
