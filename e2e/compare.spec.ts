// The room Compare: cells are run beside the page's run, survive a reload, say the numbers of the Play room, and can be
// stopped and forgotten.
import { readFile } from 'node:fs/promises'
import { expect, type Page, test } from '@playwright/test'
import { button, finished, lossTable, room, smallPlan, watchErrors } from './page.ts'

const { samples } = smallPlan
const plan = `samples=${samples}&windows=0&recipes=gptq,cdquant`

/** The texts of the cells of a recipe's row. */
async function cellsOf(page: Page, recipe: string): Promise<string[]> {
  const matrix = page.getByRole('region', { name: 'Bits and recipes' })
  const row = matrix.getByRole('row').filter({ has: page.getByRole('rowheader', { name: recipe, exact: true }) })
  return row.getByRole('cell').allInnerTexts()
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

test('cells say the numbers of the Play room, come back after a reload, and open their run', async ({ page }) => {
  const errors = watchErrors(page)
  await page.goto(`?${plan}`)
  await finished(page)
  const play = Object.values(await lossTable(page)).map((row) => Number(row.GPTQ))
  await room(page, 'Compare')
  await expect.poll(() => cellsOf(page, 'GPTQ')).toEqual(['run', expect.stringMatching(/^\d\.\d{3}$/), 'run', 'run'])
  expect(Number((await cellsOf(page, 'GPTQ'))[1])).toBeCloseTo(100 * mean(play), 2)

  await button(page, 'Run GPTQ at 2 bits').click()
  await expect.poll(async () => (await cellsOf(page, 'GPTQ'))[0]).toMatch(/^\d+\.\d+$/)
  await button(page, 'Run CDQuant at 2 bits').click()
  await expect.poll(async () => (await cellsOf(page, 'CDQuant'))[0]).toMatch(/^\d+\.\d+$/)
  const before = [await cellsOf(page, 'GPTQ'), await cellsOf(page, 'CDQuant')]
  expect(Number(before[1][0])).toBeLessThan(Number(before[0][0]))
  await expect(page.getByRole('heading', { level: 1 })).toContainText('At 3 bits CDQuant loses')

  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'JSON').click()])
  const { records } = JSON.parse(await readFile(await download.path(), 'utf8')) as {
    records: { recipe: string; bits: number; layers: { relative: number }[] }[]
  }
  const two = records.find(({ recipe, bits }) => recipe === 'gptq' && bits === 2)!
  expect(100 * mean(two.layers.map(({ relative }) => relative))).toBeCloseTo(Number(before[0][0]), 2)

  // Nothing runs after this: what is shown was kept.
  await page.goto(`?${plan}&autorun=0&room=compare`)
  await expect.poll(async () => [await cellsOf(page, 'GPTQ'), await cellsOf(page, 'CDQuant')]).toEqual(before)
  await expect(page.getByText('4 results of this model are kept in this browser')).toBeVisible()

  // A mark of the chart by keyboard: its neighbours by the arrow keys, its run by Enter.
  const chart = page.getByRole('region', { name: 'Size against loss' })
  await chart.getByRole('button', { name: /^CDQuant, 2 bits/ }).focus()
  await page.keyboard.press('ArrowRight')
  await expect(chart.getByRole('button', { name: /^GPTQ, 2 bits/ })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'Layer losses' })).toBeVisible()
  await finished(page)
  expect(page.url()).toContain('bits=2')
  const again = Object.values(await lossTable(page)).map((row) => Number(row.GPTQ))
  expect(100 * mean(again)).toBeCloseTo(Number(before[0][0]), 1)

  await room(page, 'Compare')
  await button(page, 'Clear').click()
  await button(page, 'Forget').click()
  await expect.poll(() => cellsOf(page, 'GPTQ')).toEqual(['run', 'run', 'run', 'run'])
  expect(errors).toEqual([])
})

test('all missing cells are run, stopped in the middle, and what is there stays', async ({ page }) => {
  await page.goto(`?samples=${samples}&windows=0&recipes=gptq,cdquant,quantease`)
  await finished(page)
  await room(page, 'Compare')
  await button(page, 'Run all 9 missing').click()
  // Watched at every frame: with this little to calibrate a cell takes a moment only.
  await page.waitForFunction(() => Number(document.querySelector('[aria-label="Cells"]')?.ariaValueNow) >= 1)
  const matrix = page.getByRole('region', { name: 'Bits and recipes' })
  await matrix.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(matrix.getByText('stopped')).toBeVisible()
  const cells = (await Promise.all(['GPTQ', 'CDQuant', 'QuantEase'].map((recipe) => cellsOf(page, recipe)))).flat()
  const left = cells.filter((text) => text === 'run').length
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThan(9)
  await expect(button(page, `Run all ${left} missing`)).toBeEnabled()
})
