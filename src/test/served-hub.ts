// The bundled model on a server of this machine with the Hub's addresses and chosen manners, opened from there.
import { expect } from 'vitest'
import { openCheckpoint } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'
import { hubFiles, hubModel } from '../formats/hub.ts'
import { type Access, net } from '../formats/hub-request.ts'
import { checkpointFiles } from './bundled.ts'
import { hubServer, type Manners } from './hub-server.ts'

export const id = 'owner/tiny-tales-1m'

/** The files of the bundled model. */
export async function bundledBytes(): Promise<Record<string, Uint8Array>> {
  const files = await checkpointFiles()
  return Object.fromEntries(
    await Promise.all(files.map(async ({ path, blob }) => [path, new Uint8Array(await blob.arrayBuffer())] as const)),
  )
}

/** Serves the bundled model, opens it, and does something; waits are counted instead of waited. */
export async function served<T>(
  manners: Manners,
  work: (open: () => ReturnType<typeof openCheckpoint>, endpoint: string) => Promise<T>,
  more = {},
  access: Access = {},
) {
  await using server = await hubServer(id, { ...(await bundledBytes()), ...more }, manners)
  const waits: number[] = []
  const world = { ...net, patienceMs: 200, wait: (ms: number) => (waits.push(ms), Promise.resolve()) }
  const result = await work(async () => {
    const { name, files } = await hubFiles(hubModel(id, server.endpoint), { net: world, ...access })
    return openCheckpoint(name, files)
  }, server.endpoint)
  const { asked, authorizations, endpoint } = server
  return { result, asked, authorizations, waits, endpoint }
}

/** What is said when it cannot be opened. */
export const refusal = (manners: Manners, more = {}, access: Access = {}) =>
  served(
    manners,
    async (open) => {
      const error: unknown = await open().catch((error: unknown) => error)
      expect(error).toBeInstanceOf(InputError)
      return (error as Error).message
    },
    more,
    access,
  )
