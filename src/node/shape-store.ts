// Measured kernel shapes in a file beside the packages; files older than the kernels do not count.
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ShapeStore } from '../kernels/shapes.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'node_modules/.cache/cdquant-playground')
const fileOf = (adapter: string) => join(folder, `shapes-${adapter.replace(/\W+/g, '-')}.json`)

async function changedAt(path: string): Promise<number> {
  return (await stat(path)).mtimeMs
}

export const shapeStore: ShapeStore = {
  async load(adapter) {
    const path = fileOf(adapter)
    const kept = await changedAt(path).catch(() => 0)
    const shaders = (await readdir(join(root, 'shaders'))).filter((name) => name.endsWith('.wgsl'))
    const kernels = await Promise.all(shaders.map((name) => changedAt(join(root, 'shaders', name))))
    return kept > Math.max(...kernels) ? readFile(path, 'utf8') : undefined
  },
  async save(adapter, choices) {
    await mkdir(folder, { recursive: true })
    await writeFile(fileOf(adapter), choices)
  },
}
