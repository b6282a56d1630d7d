// A shard of 6 GB, most of it a hole: opened by its header, read by pieces, and one layer of it quantized.
import { mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fileBlob } from '../node/files.ts'
import { command } from '../test/command.ts'
import { textFile } from '../test/files.ts'
import { openCheckpoint } from './checkpoint.ts'
import type { ByteSource } from './range.ts'
import { pieceBytes } from './tensor-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'cdquant-large-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Writes the header of `layers` BF16 matrices and makes the file as long as they are. */
function sparseShard(path: string, layers: number, shape: [number, number]): number {
  const size = 2 * shape[0] * shape[1]
  const entries = Array.from({ length: layers }, (_, i) => [
    `model.layers.${i}.mlp.up_proj.weight`,
    { dtype: 'BF16', shape, data_offsets: [i * size, (i + 1) * size] },
  ])
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  const file = openSync(path, 'w')
  writeSync(file, Buffer.concat([length, json]))
  const bytes = 8 + json.length + layers * size
  truncateSync(path, bytes)
  // Numbers of the last layer: its first, the first of its second piece if there is one, its last.
  const start = 8 + json.length + (layers - 1) * size
  const marks = [0, pieceBytes / 4, shape[0] * shape[1] - 1].filter((at) => 2 * at < size)
  for (const [i, at] of marks.entries()) writeSync(file, Uint8Array.of(0x80, 0x3f + i), 0, 2, start + 2 * at)
  return bytes
}

/** The file, and the lengths of all ranges that were read of it. */
function watched(blob: ByteSource): ByteSource & { lengths: number[] } {
  const lengths: number[] = []
  return {
    size: blob.size,
    lengths,
    slice(start, end) {
      lengths.push(end - start)
      return blob.slice(start, end)
    },
  }
}

/** What a piece of work gives, and how much more JavaScript memory was in use during it than before. */
async function measured<T>(work: () => Promise<T>): Promise<{ result: T; heldBytes: number }> {
  const held = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const start = held()
  let peak = start
  const look = () => (peak = Math.max(peak, held()))
  const watch = setInterval(look, 1)
  try {
    const result = await work()
    look()
    return { result, heldBytes: peak - start }
  } finally {
    clearInterval(watch)
  }
}

test('6 GB open in under a second, and one layer costs its own numbers and a piece', async () => {
  const path = join(folder, 'model.safetensors')
  const shape: [number, number] = [14336, 1024]
  expect(sparseShard(path, 220, shape)).toBeGreaterThan(6e9)
  const blob = watched(await fileBlob(path))
  const before = performance.now()
  const checkpoint = await openCheckpoint('large', [
    textFile('config.json', { model_type: 'llama' }),
    { path: 'model.safetensors', blob },
  ])
  expect(performance.now() - before).toBeLessThan(1000)
  expect(checkpoint.tensors.size).toBe(220)
  expect(Math.max(...blob.lengths)).toBeLessThan(50_000)

  const { result: values, heldBytes } = await measured(() => checkpoint.floats('model.layers.219.mlp.up_proj.weight'))
  expect(values).toHaveLength(shape[0] * shape[1])
  const marked: [number, number][] = []
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) marked.push([i, values[i]])
  expect(marked).toEqual([
    [0, 1],
    [pieceBytes / 4, 4],
    [values.length - 1, 16],
  ])
  expect(heldBytes).toBeLessThan(200e6)
  expect(Math.max(...blob.lengths)).toBeLessThanOrEqual(pieceBytes)
})

test('one layer of 6 GB is quantized in less than 200 MB', async () => {
  const path = join(folder, 'layers.safetensors')
  const shape: [number, number] = [16384, 128]
  expect(sparseShard(path, 1450, shape)).toBeGreaterThan(6e9)
  const layer = 'model.layers.1449.mlp.up_proj'
  const { result, heldBytes } = await measured(() =>
    command('layer', path, '--tensor', layer, '--recipe', 'rtn', '--bits', '3'),
  )
  expect(result).toMatchObject({ status: 0, complaint: '' })
  expect(JSON.parse(result.lines[0])).toMatchObject({ layer, rows: 16384, columns: 128, hessian: 'identity' })
  expect(heldBytes).toBeLessThan(200e6)
})

test('a tensor is looked through without being kept', async () => {
  const path = join(folder, 'values.safetensors')
  sparseShard(path, 8, [14336, 1024])
  const blob = watched(await fileBlob(path))
  const checkpoint = await openCheckpoint('x', [
    textFile('config.json', { model_type: 'llama' }),
    { path: 'model.safetensors', blob },
  ])
  const start = process.memoryUsage().arrayBuffers
  await checkpoint.checkFinite('model.layers.7.mlp.up_proj.weight')
  expect(process.memoryUsage().arrayBuffers - start).toBeLessThan(8 * pieceBytes)
  expect(Math.max(...blob.lengths)).toBeLessThanOrEqual(pieceBytes)
  await expect(checkpoint.checkFinite('y')).rejects.toThrow("no tensor 'y' among the 8 of x")
})
