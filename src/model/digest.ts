// A short name for what bytes say, the same on every machine that stores the low byte first.

/** The first 64 bits of the SHA-256 of the pieces one after another, as 16 hexadecimal digits. */
export async function digest(pieces: readonly BufferSource[]): Promise<string> {
  const bytes = new Uint8Array(await new Blob([...pieces] as BlobPart[]).arrayBuffer())
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
