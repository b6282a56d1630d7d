// Ranges of a Blob, and what a file is when it is not what its name says.
import { InputError } from './errors.ts'

/** Anything that gives ranges of bytes: a file of this machine (Blob), or one behind an address. */
export interface ByteSource {
  readonly size: number
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> }
  /** Every range is a request to another machine. */
  readonly far?: boolean
  /** Names the content, where whoever lists the file does: equal names, equal bytes. */
  readonly content?: string
}

/**
 * Bytes [start, end) of a blob; nothing else of it is read.
 * @throws InputError when the file cannot be read (moved, changed or deleted since it was chosen; out of reach); an
 * AbortError when reading was called off.
 */
export async function readRange(
  blob: ByteSource,
  start: number,
  end: number,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  let buffer: ArrayBuffer
  try {
    buffer = await blob.slice(start, end).arrayBuffer()
  } catch (error) {
    // An AbortError says that nobody wants the bytes any more, which is nothing to mend.
    if (error instanceof InputError || (error as Error | undefined)?.name === 'AbortError') throw error
    throw new InputError(`${name}: bytes ${start} to ${end} could not be read (${String(error)})`, { cause: error })
  }
  if (buffer.byteLength !== end - start)
    throw new InputError(`${name}: bytes ${start} to ${end} gave ${buffer.byteLength} bytes instead of ${end - start}`)
  return new Uint8Array(buffer)
}

/** Why pickles are not opened, and what to do instead. */
export const pickleAdvice =
  'pickles can run programs and are not opened: load it in Python and write it as safetensors with ' +
  "model.save_pretrained('folder', safe_serialization=True), or take the *.safetensors of the same model"

const disguises: readonly [start: string, fact: string][] = [
  ['version https://git-lfs', 'is a Git LFS pointer, not the file itself; fetch it with `git lfs pull` or download it'],
  ['<!doctype', 'is a web page, not the file itself; download the raw file'],
  ['<html', 'is a web page, not the file itself; download the raw file'],
  ['gguf', 'is a GGUF file under another name; a name that ends in .gguf is needed'],
  ['pk\x03\x04', `is a zip archive (a PyTorch checkpoint?); ${pickleAdvice}`],
  ['\x80\x02', `is a Python pickle; ${pickleAdvice}`],
  ['\x80\x04', `is a Python pickle; ${pickleAdvice}`],
]

/**
 * What these first bytes (some 100 are enough) really are, as a fact after the file's name; undefined when nothing
 * known.
 */
export function disguiseOf(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 256))
    .trimStart()
    .toLowerCase()
  return disguises.find(([start]) => text.startsWith(start))?.[1]
}
