// Small tensors of a far file come with their neighbours: the tensors of a block lie side by side, and one request for
// all of them costs hardly more than one for the first. Files that are near are read as they are.
import type { ByteSource } from './range.ts'

/** Neighbours are fetched together up to so many bytes. */
export const bundleBytes = 8 << 20
/** Bundles that are kept: a block may begin in one and end in the next. */
const KEPT = 2

interface Span {
  start: number
  end: number
}

/** The file, with ranges inside of tensors answered from bundles. */
export function bundled(file: ByteSource, tensors: Iterable<Readonly<Span>>): ByteSource {
  if (!file.far) return file
  const bundles: Span[] = []
  for (const { start, end } of [...tensors].sort((a, b) => a.start - b.start)) {
    const last = bundles.at(-1)
    if (last && end - last.start <= bundleBytes) last.end = Math.max(last.end, end)
    else bundles.push({ start, end })
  }
  /** Newest last. */
  const kept = new Map<Span, Promise<ArrayBuffer>>()
  const bytesOf = (bundle: Span): Promise<ArrayBuffer> => {
    const bytes = kept.get(bundle) ?? file.slice(bundle.start, bundle.end).arrayBuffer()
    kept.delete(bundle)
    kept.set(bundle, bytes)
    for (const old of [...kept.keys()].slice(0, -KEPT)) kept.delete(old)
    bytes.catch(() => kept.delete(bundle))
    return bytes
  }
  return {
    size: file.size,
    far: true,
    ...(file.content !== undefined && { content: file.content }),
    slice(start, end) {
      const bundle = bundles.find((one) => one.start <= start && end <= one.end)
      if (!bundle || bundle.end - bundle.start > bundleBytes) return file.slice(start, end)
      return { arrayBuffer: async () => (await bytesOf(bundle)).slice(start - bundle.start, end - bundle.start) }
    },
  }
}
