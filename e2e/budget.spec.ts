// Stories of the bit budget and of samples against loss, in the room Compare.
import { expect, test, type Page } from '@playwright/test'
import { button, finished, lossTable, watchErrors } from './page.ts'

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const percentIn = (text: string, word: string) => Number(new RegExp(`${word} ([\\d.]+)\u202f%`).exec(text)?.[1])

test('bits are spent by keyboard, the mix is verified, taken into the plan and found again by its link', async ({
  page,
}) => {
  const errors = watchErrors(page)
  await page.goto('?samples=2&windows=1&window=128&recipes=rtn,cdquant&room=compare')
  const budget = region(page, 'Bit budget')
  await budget.getByRole('button', { name: 'Measure', exact: false }).click()
  const slider = budget.getByRole('slider', { name: 'Effective bits per weight' })
  await expect(slider).toBeVisible({ timeout: 120_000 })
  await expect(budget.getByRole('button', { name: /^Measure|^Stop/ })).toHaveCount(0, { timeout: 120_000 })
  // No layer at 2 bits is cheaper, none at 8 loses less.
  await slider.press('Home')
  await expect(budget).toContainText('This is what 2 bits everywhere cost and lose.')
  await slider.press('End')
  await expect(budget).toContainText('This is what 8 bits everywhere cost and lose.')
  await budget.getByRole('button', { name: /^Spend what 3 bits everywhere cost/ }).click()
  const loss = async () => Number.parseFloat(await budget.getByRole('definition').filter({ hasText: '%' }).innerText())
  const before = await loss()
  for (let i = 0; i < 5; i++) await slider.press('ArrowRight')
  expect(await loss()).toBeLessThan(before)
  await expect(slider).toHaveAttribute('aria-valuetext', /^\d\.\d\d effective bits, mean relative loss /)

  // A pinned layer keeps its bits; arrows walk, numbers pin, Delete frees.
  await budget.getByRole('button', { name: /^block 0 q:/ }).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('8')
  await expect(budget.getByRole('button', { name: 'block 0 k: 8 bits, pinned' })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('2')
  await expect(budget.getByRole('button', { name: 'block 1 k: 2 bits, pinned' })).toBeFocused()
  await page.keyboard.press('Delete')
  await expect(budget.getByRole('button', { name: /pinned$/ })).toHaveCount(1)
  const bits = (await budget.getByRole('button', { name: /^block \d/ }).allInnerTexts()).map((text) => text.trim())
  expect(bits).toHaveLength(28)

  await budget.getByRole('button', { name: 'Verify this mix' }).click()
  await expect(budget.getByText(/^Predicted .* measured /)).toBeVisible({ timeout: 120_000 })
  const said = await budget.getByText(/^Predicted .* measured /).innerText()
  const [predicted, measured] = [percentIn(said, 'Predicted'), percentIn(said, 'measured')]
  expect(predicted).toBeGreaterThan(0)
  expect(Math.abs(measured / predicted - 1)).toBeLessThan(0.01)

  await button(page, 'Use this mix').click()
  await finished(page)
  expect(page.url()).toContain(`mix=${bits.join('')}`)
  const rows = Object.values(await lossTable(page))
  expect(rows).toHaveLength(28)
  const mean = rows.reduce((sum, row) => sum + Number(row.CDQuant), 0) / rows.length
  // Cells have four digits.
  expect((100 * mean) / measured).toBeCloseTo(1, 3)

  await page.goto(page.url().replace('?', '?autorun=0&'))
  await expect(page.getByRole('radiogroup', { name: 'Bits' }).getByRole('radio', { name: 'mix' })).toBeChecked()
  await page.getByRole('radiogroup', { name: 'Bits' }).getByRole('radio', { name: '4' }).check({ force: true })
  await expect.poll(() => page.url()).not.toContain('mix=')
  expect(errors).toEqual([])
})

test('losses of growing calibration texts come size by size, and can be stopped', async ({ page }) => {
  const errors = watchErrors(page)
  await page.goto('?autorun=0&samples=2&windows=0&window=64&recipes=rtn,gptq&room=compare')
  const samples = region(page, 'Samples against loss')
  await samples.getByRole('radio', { name: '16' }).check({ force: true })
  await samples.getByRole('button', { name: 'Measure RTN and GPTQ' }).click()
  await samples.getByText('As a table').click({ timeout: 120_000 })
  const rows = samples.getByRole('row').filter({ has: page.getByRole('rowheader') })
  await expect(rows).toHaveCount(5, { timeout: 120_000 })
  const table = await rows.evaluateAll((all) => all.map((row) => (row as HTMLTableRowElement).innerText.split('\t')))
  expect(table.map(([windows, tokens]) => [windows, tokens])).toEqual(
    [1, 2, 4, 8, 16].map((n) => [String(n), (64 * n).toLocaleString('en-US')]),
  )
  const gptq = table.map((row) => Number(row[3]))
  expect(gptq[4]).toBeLessThan(gptq[0])
  await expect(samples).toContainText(/From 8 to 16 windows the held-out loss of GPTQ (falls|rises) by/)

  await samples.getByRole('button', { name: 'Measure again' }).click()
  await samples.getByRole('button', { name: 'Stop' }).click()
  await expect(samples).toContainText('Stopped. What was measured stays.')
  expect(errors).toEqual([])
})
