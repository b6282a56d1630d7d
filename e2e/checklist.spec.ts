// Before a run: a group that does not divide the columns, a plan that is too large, and what is offered for both.
import { expect, test } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { button, finished, room, watchErrors } from './page.ts'

const folder = join(import.meta.dirname, '../public/models/tiny-tales-1m')
const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']

test('a group that does not divide the rows and a plan too large are mended by one click each, and it runs', async ({
  page,
}) => {
  const errors = watchErrors(page)
  await page.goto('?autorun=0&group=48&samples=100&windows=2&recipes=rtn,gptq')
  await expect(button(page, 'Run')).toBeEnabled()
  await room(page, 'Open model')
  await page
    .getByLabel('Checkpoint files')
    .setInputFiles(
      await Promise.all(
        names.map(async (name) => ({ name, mimeType: '', buffer: await readFile(join(folder, name)) })),
      ),
    )
  const plan = page.getByRole('list', { name: 'With this plan' })
  const group = plan.getByRole('listitem').filter({ hasText: 'Group' }).first()
  await expect(group).toContainText('48 does not divide 24 layers (128 columns)')
  await group.getByText('24 layers', { exact: true }).click()
  await expect(group).toContainText('model.layers.3.mlp.up_proj')
  await group.getByRole('button', { name: 'Use groups of 32' }).click()
  await expect(group).toContainText('32 columns divide every row')
  expect(page.url()).toContain('group=32')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('It fits. Two choices, then start.')

  await page.getByLabel('Allow at most, in GB').fill('0.015')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('It fits with a smaller plan.')
  const smaller = page.getByRole('button', { name: /^Use a plan that fits: \d+ of 100 calibration windows/ })
  const windows = /\d+/.exec((await smaller.textContent()) ?? '')?.[0]
  await smaller.click()
  await expect(smaller).toBeHidden()
  await expect(page.getByLabel('Calibration windows')).toHaveValue(windows ?? '')
  expect(page.url()).toContain(`samples=${windows}`)
  // Few windows may be too few tokens: that is a warning.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^It fits(, with a warning)?\. Two choices/)

  // Timed on this device before the run; then the run takes over.
  const time = page.getByRole('region', { name: 'Time' })
  await expect(time.getByRole('heading')).toHaveText(/^Time about \d/, { timeout: 60_000 })
  await page.getByLabel('Calibration windows').fill('4')
  await page.keyboard.press('Enter')
  await expect(plan.getByRole('listitem').filter({ hasText: 'Calibration tokens' })).toContainText('4 are advised')
  await button(page, 'Start').click()
  await finished(page)
  expect(errors).toEqual([])
})
