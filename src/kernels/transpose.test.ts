import { expect, test } from 'vitest'
import { raggedShapes } from '../test/levels.ts'
import { withGpu } from '../test/gpu.ts'
import { reference, transpose } from './transpose.ts'

test.each(raggedShapes)('transpose of %i rows, %i columns', async (rows, columns) => {
  await withGpu(async (gpu, scope) => {
    const words = Uint32Array.from({ length: rows * columns }, (_, at) => (at * 2654435761) >>> 0)
    const transposed = scope.buffer('transposed', 4 * words.length)
    const batch = gpu.batch('transpose')
    transpose(batch, { words: scope.upload('words', words), transposed }, { rows, columns })
    await batch.submit()
    expect([...(await gpu.readU32(transposed))]).toEqual(reference(words, rows, columns))
  })
})
