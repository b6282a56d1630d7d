// Matrices of a file without config on the command line: H of inputs beside them, else the identity.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { safetensorsBytes } from '../formats/safetensors-write.ts'
import { command, f32, freshFolder, problemFile } from '../test/command.ts'

const folder = freshFolder()
const events = (lines: string[]) => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
const flags = ['--recipes', 'rtn,cdquant', '--bits', '3', '--scale-dtype', 'f32']

test('a matrix by its name has the objective of the same problem, and without inputs that of rounding', async () => {
  const weights = f32('weights', [12, 20])
  const inputs = f32('inputs', [90, 20])
  const expected = events((await command('layer', problemFile(folder.path, [weights, inputs]), ...flags)).lines)
  const file = join(folder.path, 'loose.safetensors')
  const beside = join(folder.path, 'activations.safetensors')
  writeFileSync(
    file,
    safetensorsBytes([{ ...weights, name: 'up.weight' }, f32('down.weight', [20, 12]), f32('b', [4])]),
  )
  writeFileSync(beside, safetensorsBytes([{ ...inputs, name: 'up.inputs' }]))

  const one = await command('layer', file, '--tensor', 'up', '--inputs', beside, ...flags)
  expect({ status: one.status, complaint: one.complaint }).toEqual({ status: 0, complaint: '' })
  for (const [i, found] of events(one.lines).entries())
    expect(found).toMatchObject({ layer: 'up', hessian: 'inputs', tokens: 90, objective: expected[i].objective })

  const all = await command('model', file, ...flags, '--layer-bits', 'down=2')
  expect(all.status).toBe(0)
  const results = events(all.lines)
  expect(results[0]).toMatchObject({ event: 'started', bare: { withInputs: 0 } })
  expect(
    results.flatMap(({ event, layer, recipe, bits }) => (event === 'layer' ? [[layer, recipe, bits]] : [])),
  ).toEqual([
    ['down', 'rtn', 2],
    ['down', 'cdquant', 2],
    ['up', 'rtn', 3],
    ['up', 'cdquant', 3],
  ])

  const checked = await command('model', file, '--inputs', beside, ...flags, '--group', '8', '--check')
  expect(checked).toMatchObject({ status: 0 })
  const told = events(checked.lines)
  expect(told.find(({ subject }) => subject === 'Group')).toMatchObject({ status: 'warning', layers: ['down', 'up'] })
  expect(told.slice(-2)).toMatchObject([
    { event: 'memory', peakBytes: expect.any(Number), misfits: [] },
    { event: 'estimate', calibratingMs: expect.any(Number), evaluatingMs: 0 },
  ])

  const refused = await command('layer', file, '--tensor', 'gate', ...flags)
  expect(refused).toMatchObject({ status: 2, lines: [] })
  expect(refused.complaint).toContain("no matrix 'gate' among the 2 of loose.safetensors, such as 'down', 'up'")
})
