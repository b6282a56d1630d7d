// Runs the command line inside a test: its exit status, its lines, its complaints; and a folder for its files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import { safetensorsBytes, type TensorToWrite } from '../formats/safetensors-write.ts'
import { main } from '../node/quantize.ts'
import { gaussians } from './numbers.ts'

/** A fresh folder for every test of a file that calls this; gone afterwards. */
export function freshFolder(): { readonly path: string } {
  const folder = { path: '' }
  beforeEach(() => {
    folder.path = mkdtempSync(join(tmpdir(), 'cdquant-'))
  })
  afterEach(() => {
    vi.restoreAllMocks()
    rmSync(folder.path, { recursive: true, force: true })
  })
  return folder
}

export async function command(...args: string[]): Promise<{ status: number; lines: string[]; complaint: string }> {
  const out: string[] = []
  const complaints: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => (out.push(String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => (complaints.push(String(text)), true))
  const status = await main(args)
  vi.restoreAllMocks()
  const lines = out.join('').split('\n').filter(Boolean)
  return { status, lines, complaint: complaints.filter((line) => !line.startsWith('no graphics card')).join('') }
}

/** Writes a problem file and gives its path. */
export function problemFile(folder: string, tensors: TensorToWrite[]): string {
  const path = join(folder, 'problem.safetensors')
  writeFileSync(path, safetensorsBytes(tensors))
  return path
}

/** A tensor of these numbers, or of seeded ones. */
export function f32(name: string, shape: number[], data?: Float32Array): TensorToWrite {
  const numbers =
    data ??
    gaussians(
      shape.reduce((a, b) => a * b, 1),
      shape[0],
    )
  return { name, dtype: 'F32', shape, data: numbers as Float32Array<ArrayBuffer> }
}
