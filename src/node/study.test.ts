import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from './study.ts'

test('a small study writes its table and its numbers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'study-'))
  try {
    const small = ['--samples', '2', '--held-out', '1', '--windows', '2', '--groups', 'row', '--bits', '3']
    expect(await main([...small, '--recipes', 'rtn,gptq,gptq+cdquant', '--out', join(folder, 'a', 'table')])).toBe(0)
    const { rows } = JSON.parse(await readFile(join(folder, 'a', 'table.json'), 'utf8')) as {
      rows: { name: string; ratio: number; heldOutRatio: number; relative: number; effectiveBits: number }[]
    }
    const [rtn, gptq, descent] = rows
    expect(rows.map(({ name }) => name)).toEqual(['rtn', 'gptq', 'gptq+cdquant'])
    expect(gptq.ratio).toBeCloseTo(1, 12)
    expect(gptq.heldOutRatio).toBeCloseTo(1, 12)
    expect(descent.relative).toBeLessThan(gptq.relative)
    expect(rtn.relative).toBeGreaterThan(gptq.relative)
    // 3 bits, and a scale of 16 and a zero of 3 bits for a row of 128 or 384 columns.
    expect(rtn.effectiveBits).toBeGreaterThan(3 + 19 / 384)
    expect(rtn.effectiveBits).toBeLessThan(3 + 19 / 128)
    const table = await readFile(join(folder, 'a', 'table.md'), 'utf8')
    expect(table).toContain('| GPTQ | 3.1')
    expect(await main(['--model', join(folder, 'nothing')])).toBe(2)
  } finally {
    await rm(folder, { recursive: true })
  }
})
