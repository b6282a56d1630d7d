// A file behind an address, read by single ranges: what is asked for is requested, and nothing else. A connection that
// drops is taken up at the byte where it ended. Where a server ignores ranges, small files are kept whole, and of large
// ones the wanted bytes are picked out of the stream while it passes.
import { InputError } from './errors.ts'
import { type Access, type Answer, ask, ATTEMPTS, backoffMs, net, reasonOf, statusFact } from './hub-request.ts'
import type { ByteSource } from './range.ts'

/** Files up to this size are kept whole where a server ignores ranges. */
const WHOLE_BYTES = 16 << 20
/** Bytes that may pass unused before the first wanted one, where a server ignores ranges. */
const PASSING_BYTES = 256 << 20

export interface RemoteFile {
  url: string
  /** Its name, in front of every error. */
  what: string
  size: number
  /** Names its content, where the list does: SHA-256 or a Git id. */
  content?: string
}

/**
 * A file of `size` bytes. Reads @throws InputError when the server refuses, stays away or has another file by now; the
 * signal's reason when it is aborted.
 */
export function remoteFile({ url, what, size, content }: RemoteFile, access: Access = {}): ByteSource {
  const { net: world = net } = access
  const replaced = (fact: string) => new InputError(`${what}: ${fact}: it was replaced; open the model again`)
  let whole: Promise<ArrayBuffer> | undefined
  let tag: string | undefined

  /** Bytes [start, end); `answer`: one that is there already. */
  const read = async (start: number, end: number, given?: Answer): Promise<ArrayBuffer> => {
    // The signal of now: what is read later may have another.
    const asked = { ...access }
    const { signal } = asked
    const bytes = new Uint8Array(end - start)
    let done = 0
    let answer = given
    for (let failures = 0; done < bytes.length; answer = undefined) {
      const from = start + done
      answer ??= await ask(url, what, asked, { Range: `bytes=${from}-${end - 1}` })
      const part = answer.status === 206
      try {
        check(answer, from)
        if (!part && size <= WHOLE_BYTES && bytes.length < size) return (await keepWhole(answer)).slice(start, end)
        if (!part && from > PASSING_BYTES)
          throw new InputError(
            `${what}: the server ignores ranges: ${from} bytes would pass before the ones wanted, at most ` +
              `${PASSING_BYTES} may. Download it, and open the folder`,
          )
      } catch (error) {
        await answer.close()
        throw error
      }
      const before = done
      let failure: string | undefined
      try {
        let at = part ? from : 0
        for await (const chunk of answer.chunks()) {
          const wanted = chunk.subarray(Math.max(0, start + done - at))
          at += chunk.length
          if (part && at > end)
            throw new InputError(`${what}: the server sent more than the ${end - from} bytes that were asked for`)
          const taken = wanted.subarray(0, bytes.length - done)
          bytes.set(taken, done)
          done += taken.length
          if (!part && done === bytes.length) break
        }
      } catch (error) {
        signal?.throwIfAborted()
        if (error instanceof InputError) throw error
        failure = reasonOf(error)
      }
      if (done === bytes.length) break
      failures = done > before ? 0 : failures + 1
      if (failures >= ATTEMPTS)
        throw new InputError(
          `${what}: the connection dropped ${failures} times at byte ${start + done} of ${size}` +
            (failure === undefined ? '' : ` (${failure})`),
        )
      // A server that only sends less at a time than was asked for need not be spared.
      if (failure !== undefined || failures) await world.wait(backoffMs(failures), signal)
    }
    return bytes.buffer
  }

  /** All bytes, out of this answer or an earlier one. */
  const keepWhole = (answer: Answer): Promise<ArrayBuffer> => {
    if (whole) void answer.close()
    else {
      whole = read(0, size, answer)
      whole.catch(() => (whole = undefined))
    }
    return whole
  }

  /** @throws InputError for an answer that holds no bytes of this file from byte `from` on. */
  const check = ({ status, headers }: Answer, from: number) => {
    const range = headers.get('Content-Range') ?? ''
    if (status === 416) {
      const [, total] = /^bytes \*\/(\d+)$/.exec(range) ?? []
      throw replaced(`the server has ${total ?? 'fewer'} bytes of it, its list says ${size}`)
    }
    if (status !== 206 && status !== 200) throw new InputError(statusFact(status, what, access.token))
    const encoding = headers.get('Content-Encoding') ?? 'identity'
    if (status === 206 && encoding !== 'identity')
      throw new InputError(`${what}: the server packs ranges (Content-Encoding ${encoding}), which cannot be unpacked`)
    const length = headers.get('Content-Length')
    if (status === 200 && encoding === 'identity' && length !== null && Number(length) !== size)
      throw replaced(`the server sends ${length} bytes, its list says ${size}`)
    // Both absent where a server does not show them to pages of other origins.
    const now = headers.get('ETag')?.replace(/^W\//, '')
    if (now !== undefined && now !== (tag ??= now)) throw replaced(`its ETag was ${tag} and is ${now}`)
    const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range) ?? []
    if (first === undefined || status === 200) return
    if (total !== '*' && Number(total) !== size) throw replaced(`the server has ${total} bytes, its list says ${size}`)
    if (Number(first) !== from)
      throw new InputError(`${what}: the server sent bytes from ${first} on, asked for those from ${from} on`)
  }

  const range = async (start: number, end: number) => {
    access.signal?.throwIfAborted()
    return whole ? (await whole).slice(start, end) : read(start, end)
  }
  return {
    size,
    slice: (start, end) => ({ arrayBuffer: () => range(start, end) }),
    far: true,
    ...(content !== undefined && { content }),
  }
}
