// `model FOLDER --check`: lines, and the exit status where a run would refuse.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bundledFolder } from '../test/bundled.ts'
import { command } from '../test/command.ts'

test('a plan that a run would refuse is told line by line, with the plans that would do', async () => {
  const texts = ['calibration', 'evaluation'].flatMap((use) => [`--${use}`, join(bundledFolder, `${use}.txt`)])
  const plan = ['--recipes', 'rtn', '--bits', '3', '--group', '256', '--samples', '200', '--memory', '0.015']
  const { status, lines, complaint } = await command('model', bundledFolder, ...texts, ...plan, '--check')
  const events = lines.map((line) => JSON.parse(line) as { event: string; subject?: string })
  expect(events.find(({ subject }) => subject === 'Group')).toMatchObject({
    status: 'error',
    fact: '256 is larger than the rows of 24 layers (128 columns)',
    offer: { label: 'groups of 128', change: { group: 128 } },
  })
  const memory = events.at(-1) as unknown as { event: string; peakBytes: number; smaller: { change: object } }
  expect(memory.event).toBe('memory')
  expect(memory.peakBytes).toBeGreaterThan(15e6)
  expect(Object.keys(memory.smaller.change)).toContain('samples')
  expect(complaint).toContain('✗ Group: 256 is larger than the rows of 24 layers')
  expect(complaint).toMatch(/tiny-tales-1m: Group: 256 is larger .* \(and 1 more\)\n$/)
  expect(status).toBe(2)
})
