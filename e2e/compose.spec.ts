// The recipe composer: a published recipe, one of the reader's own, what cannot run, and the table that compares them.
import { expect, test } from '@playwright/test'
import { button, finished, lossTable, smallPlan, watchErrors } from './page.ts'

const { samples, windows } = smallPlan

test('a published and an own recipe are added, run beside GPTQ, and come back by the address', async ({ page }) => {
  const errors = watchErrors(page)
  await page.goto(`?samples=${samples}&windows=${windows}&heldout=2&recipes=gptq&autorun=0`)
  await page.getByRole('button', { name: /^More recipes/ }).click()
  const composer = page.getByRole('region', { name: 'Compose a recipe' })

  // What cannot run is said, not hidden.
  await expect(composer).toContainText('at least one step')
  await composer.getByRole('button', { name: 'Add greedy' }).click()
  await expect(composer).toContainText('greedy improves codes')
  await expect(button(page, 'Add recipe')).toBeDisabled()
  await composer.getByRole('button', { name: 'Remove greedy' }).click()

  await composer.getByLabel('Begin with a published recipe').selectOption('AWQ')
  await button(page, 'Add recipe').click()
  await page.getByRole('button', { name: /^More recipes/ }).click()
  await composer.getByRole('radio', { name: 'Clip search', exact: true }).check()
  await composer.getByRole('button', { name: 'Add gptq' }).click()
  await composer.getByRole('button', { name: 'Add greedy' }).click()
  await composer.getByRole('button', { name: 'gptq: rule, source and options' }).click()
  await composer.getByLabel('Column order').selectOption('activation')
  await expect(composer).toContainText('Not a published recipe. Nearest: CDQuant from GPTQ; here grid clip')
  await button(page, 'Add recipe').click()
  await expect(composer).toBeHidden()
  expect(decodeURIComponent(page.url())).toContain('recipes=gptq,awq,none~clip~gptq(order=activation)+greedy')

  await page.reload()
  await button(page, 'Run').click()
  await finished(page)
  const table = await lossTable(page)
  const rows = Object.values(table)
  expect(rows).toHaveLength(28)
  const column = (start: string) =>
    rows.map((row) => Number(Object.entries(row).find(([k]) => k.startsWith(start))![1]))
  const [gptq, own] = [column('GPTQ'), column('Clip search')]
  const mean = own.reduce((sum, value, i) => sum + Math.log(value / gptq[i]), 0) / 28
  expect(mean).toBeLessThan(0)

  // Sorted by GPTQ's loss, highest first; then as ratios, then on held-out text.
  const region = page.getByRole('region', { name: 'Layer losses' })
  await region.getByRole('columnheader', { name: 'GPTQ', exact: true }).getByRole('button').click()
  await expect(region.getByRole('columnheader', { name: 'GPTQ', exact: true })).toHaveAttribute(
    'aria-sort',
    'descending',
  )
  const cell = region.getByRole('row').nth(1).getByRole('cell').first()
  expect(Number(await cell.textContent())).toBe(Math.max(...gptq))
  await region.getByRole('radio', { name: '÷ GPTQ' }).check({ force: true })
  await expect(cell).toHaveText('0.0\u202f%')
  await region.getByRole('radio', { name: 'held-out' }).check({ force: true })
  expect(Number(await cell.textContent())).toBeGreaterThan(0)
  expect(errors).toEqual([])
})
