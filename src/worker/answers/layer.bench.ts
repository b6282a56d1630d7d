// What the room Layer asks when a recipe or a layer is switched, on large made-up layers: an answer costs what its window
// costs. Run with `npx vitest bench src/worker/answers`.
import { bench, describe } from 'vitest'
import { packedWords } from '../../kernels/pack-codes.ts'
import { Solutions } from '../../pipeline/solutions.ts'
import { fitZoom, windowOf } from '../../store/layer-place.ts'
import type { Desk } from '../asking.ts'
import { layerGroup } from './layer-group.ts'
import { layerPixels } from './layer-pixels.ts'
import { layer as layerAnswerer } from './layer.ts'

/** Rows and columns of a picture on a wide screen. */
const picture = { rows: 300, columns: 402 }

function desk(rows: number, columns: number): Desk {
  const bits = 3
  const groups = Math.ceil(columns / 128)
  const solution = {
    rows,
    columns,
    codes: new Uint32Array(rows * packedWords(columns, bits)).fill(0x5a3c_96e1),
    levels: {
      ...{ bits, group: 128, width: 128, groups, symmetric: false, scaleType: 'f16', zeroType: 'integer' },
      scales: new Float32Array(rows * groups).fill(0.01),
      zeros: new Float32Array(rows * groups).fill(4),
    },
  }
  const solutions = new Solutions()
  for (const recipe of ['one', 'two']) solutions.add({ layer: 'layer', recipe } as never, solution as never)
  const facts = { layer: 'layer', block: 0, module: 'layer', rows, columns }
  const values = new Float32Array(rows * columns)
  for (let i = 0; i < values.length; i++) values[i] = (i % 1009) / 1009 - 0.5
  const weights = () => Promise.resolve(values.slice())
  const opened = { name: 'made up', layers: [facts], weights, model: {} }
  const run = { plan: { mode: 'quick', group: 128 }, solutions }
  return { opened, run, cache: { of: () => undefined } } as unknown as Desk
}

const wanted = () => true
const tell = () => undefined

for (const [rows, columns] of [
  [384, 128],
  [4096, 4096],
  [4096, 14_336],
])
  describe(`${rows} × ${columns}`, () => {
    const extent = { rows, columns }
    const zoom = fitZoom(extent, picture)
    const asked = { layer: 'layer', ...windowOf({ row: 0, column: 0, zoom }, extent, picture) }
    const known = desk(rows, columns)
    let turn = 0
    const recipe = () => (turn++ % 2 ? 'one' : 'two')
    bench('another recipe', async () => {
      await layerPixels.answer(known, { ...asked, recipe: recipe() }, tell, wanted)
      await layerGroup.answer(known, { layer: 'layer', recipe: recipe(), row: 18, column: 0 }, tell, wanted)
    })
    const options = { iterations: 3, warmupIterations: 0, time: 0, warmupTime: 0 }
    bench(
      'another layer, but for reading its file',
      async () => {
        // Another model, of which nothing is known yet.
        const other = { ...known, opened: { ...known.opened } }
        await layerAnswerer.answer(other, { layer: 'layer' }, tell, wanted)
        await layerPixels.answer(other, { ...asked, recipe: 'one' }, tell, wanted)
        await layerGroup.answer(other, { layer: 'layer', recipe: 'one', row: 18, column: 0 }, tell, wanted)
      },
      options,
    )
  })
