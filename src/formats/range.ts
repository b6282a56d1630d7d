// Ranges of a Blob, and what a file is when it is not what its name says.
import { InputError } from './errors.ts'

/**
 * Bytes [start, end) of a blob; nothing else of it is read.
 * @throws InputError when the file cannot be read (moved, changed or deleted since it was chosen).
 */
export async function readRange(
  blob: Blob,
  start: number,
  end: number,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  let buffer: ArrayBuffer
  try {
    buffer = await blob.slice(start, end).arrayBuffer()
  } catch (error) {
    throw new InputError(`${name}: bytes ${start} to ${end} could not be read (${String(error)})`, { cause: error })
  }
  if (buffer.byteLength !== end - start)
    throw new InputError(`${name}: bytes ${start} to ${end} gave ${buffer.byteLength} bytes instead of ${end - start}`)
  return new Uint8Array(buffer)
}

const disguises: readonly [start: string, fact: string][] = [
  ['version https://git-lfs', 'is a Git LFS pointer, not the file itself; fetch it with `git lfs pull` or download it'],
  ['<!doctype', 'is a web page, not the file itself; download the raw file'],
  ['<html', 'is a web page, not the file itself; download the raw file'],
  ['gguf', 'is a GGUF file; a Hugging Face checkpoint in safetensors is needed'],
  ['pk\x03\x04', 'is a zip archive (a PyTorch checkpoint?); safetensors is needed'],
  ['\x80\x02', 'is a Python pickle; safetensors is needed'],
  ['\x80\x04', 'is a Python pickle; safetensors is needed'],
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
