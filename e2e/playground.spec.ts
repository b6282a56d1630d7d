// The main story: a stranger opens the page.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { bundled, twoBlocks } from './checkpoints.ts'
import { quantize } from './command.ts'
import { button, finished, lossTable, room, smallPlan, status, watchErrors } from './page.ts'

const { samples, windows } = smallPlan
const titles: Record<string, string> = {
  rtn: 'RTN',
  gptq: 'GPTQ',
  cyclic: 'Cyclic CD',
  cdquant: 'CDQuant',
  'gptq+cdquant': 'from GPTQ',
}

test('runs by itself, prints what the command line prints, and solves other bits without calibrating again', async ({
  page,
}) => {
  const errors = watchErrors(page)
  await page.goto(`?samples=${samples}&windows=${windows}`)
  await finished(page)

  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Download results').click()])
  const results = JSON.parse(await readFile(await download.path(), 'utf8')) as Awaited<ReturnType<typeof quantize>> & {
    plan: { grid: string; bits: number; group: number; symmetric: boolean }
  }
  const { plan } = results
  const text = (name: string) => join(bundled, name)
  const command = await quantize(
    ...['model', bundled, '--calibration', text('calibration.txt'), '--evaluation', text('evaluation.txt')],
    ...['--recipes', Object.keys(titles).join(','), '--bits', String(plan.bits), '--grid', plan.grid],
    ...[
      '--samples',
      String(samples),
      '--windows',
      String(windows),
      ...(plan.group ? ['--group', String(plan.group)] : []),
    ],
    ...(plan.symmetric ? ['--symmetric'] : []),
  )
  const table = await lossTable(page)
  expect(command.layers).toHaveLength(28 * 5)
  for (const { layer, recipe, relative } of command.layers) {
    const cell = Object.entries(table[layer]).find(([title]) => title.startsWith(titles[recipe]))?.[1]
    expect(Number(cell), `${layer}, ${recipe}: page ${cell}, command line ${relative}`).toBeCloseTo(
      relative,
      4 - Math.ceil(Math.log10(relative)),
    )
    expect(cell?.replace(/^0\.0*|\./g, ''), `${layer}, ${recipe}: four significant digits`).toHaveLength(4)
  }
  for (const [model, { value }] of Object.entries(command.perplexity))
    expect(results.perplexity[model].value / value - 1, `perplexity of ${model}`).toBeCloseTo(0, 4)
  await expect(page.getByRole('region', { name: 'Perplexity' })).toContainText(
    command.perplexity.unquantized.value.toFixed(2),
  )

  // Another bit width: the kept Hessians serve.
  const seen: string[] = []
  await page.exposeFunction('seen', (text: string) => seen.push(text))
  await status(page).evaluate((node) => {
    const tell = (window as unknown as { seen(text: string): void }).seen
    new MutationObserver(() => tell(node.textContent ?? '')).observe(node, {
      childList: true,
      characterData: true,
      subtree: true,
    })
  })
  await page.getByRole('radiogroup', { name: 'Bits' }).getByRole('radio', { name: '2' }).check({ force: true })
  await expect(status(page)).not.toHaveText(/finished$/)
  await finished(page)
  expect(seen.filter((text) => /calibrat/i.test(text))).toEqual([])
  expect(page.url()).toContain('bits=2')
  const two = await lossTable(page)
  const path = 'model.layers.0.self_attn.q_proj'
  expect(Number(two[path].RTN)).toBeGreaterThan(2 * Number(table[path].RTN))
  expect(errors).toEqual([])
})

test('waits for Run, steps one layer, stops, and runs again', async ({ page }) => {
  await page.goto(`?autorun=0&samples=${samples}&windows=0&recipes=rtn,gptq,cdquant`)
  const solved = async () => Object.values(await lossTable(page)).filter((row) => Number(row.GPTQ) > 0).length
  await button(page, 'Step').click()
  await expect.poll(solved).toBe(1)
  await button(page, 'Step').click()
  await expect.poll(solved).toBe(2)
  await button(page, 'Run').click()
  // Watched at every frame: reading the table takes longer than the rest of the run on a busy machine.
  await page.waitForFunction(() => Number(document.querySelector('[aria-label="Layers finished"]')?.ariaValueNow) > 3)
  await button(page, 'Pause').click()
  await expect(status(page)).toContainText(/paused/i)
  await button(page, 'Stop').click()
  await expect(status(page)).toContainText(/stopped/i)
  expect(await solved()).toBeGreaterThan(3)
  await button(page, 'Run').click()
  await finished(page)
  expect(await solved()).toBe(28)
})

test('a folder is read in the tab and quantized', async ({ page }, info) => {
  const files = await twoBlocks(info.outputPath('two-blocks'))
  await page.goto(`?autorun=0&samples=${samples}&windows=1&recipes=rtn,gptq,cdquant`)
  await room(page, 'Open model')
  await page.getByLabel('Checkpoint files', { exact: true }).setInputFiles(files)
  await button(page, 'Start').click()
  await finished(page)
  const rows = Object.entries(await lossTable(page))
  expect(rows.map(([layer]) => layer)).toHaveLength(14)
  for (const [layer, row] of rows) expect(Number(row.CDQuant), layer).toBeLessThan(Number(row.RTN))
})
