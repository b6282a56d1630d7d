// The room Layer: its numbers are those of the table, its pictures show weights, and one can go back through a descent.
import { expect, test, type Page } from '@playwright/test'
import { button, finished, lossTable, smallPlan, watchErrors } from './page.ts'

const enter = (page: Page) => page.getByRole('navigation').getByRole('button', { name: 'Layer', exact: true }).click()
const numbers = (page: Page) => page.getByLabel('Numbers of this layer')
const pictures = (page: Page) => page.getByRole('application', { name: /Arrow keys select a weight/ })
const readout = (page: Page) => page.locator('#weight-readout')
const pick = (page: Page, recipe: string) =>
  page.getByRole('group', { name: 'Recipe' }).getByRole('radio', { name: recipe }).check({ force: true })

/** Different colours on a picture. */
const colours = (page: Page, which: number) =>
  pictures(page)
    .locator('canvas')
    .nth(which)
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      return new Set(new Uint32Array(data.buffer)).size
    })

/** A number that differs when a picture does. */
const hash = (page: Page, which: number) =>
  pictures(page)
    .locator('canvas')
    .nth(which)
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      return new Uint32Array(data.buffer).reduce((sum, pixel) => (Math.imul(sum, 31) + pixel) | 0, 0)
    })

test('numbers are the table’s, pictures show the weights, and the slider goes back through the descent', async ({
  page,
}) => {
  const errors = watchErrors(page)
  await page.goto(`?samples=${smallPlan.samples}&windows=0&group=64&recipes=rtn,gptq,cdquant`)
  await finished(page)
  const table = await lossTable(page)
  await enter(page)
  await page.getByRole('slider', { name: 'Layer', exact: true }).fill('5')
  const layer = 'model.layers.0.mlp.up_proj'
  await expect(page).toHaveURL(new RegExp(`room=layer&layer=${layer}`))
  for (const recipe of ['RTN', 'GPTQ', 'CDQuant']) {
    await pick(page, recipe)
    await expect(numbers(page).locator('div', { hasText: 'relative loss' }).locator('dd')).toHaveText(
      table[layer][recipe],
    )
  }
  await expect(page).toHaveURL(/recipe=cdquant/)

  // More colours than quantized weights have levels of a group, more still originally.
  await expect.poll(() => colours(page, 0)).toBeGreaterThan(60)
  expect(await colours(page, 1)).toBeGreaterThan(20)
  expect(await colours(page, 2)).toBeGreaterThan(20)

  // Selecting by keyboard, zooming, and another recipe: the place stays.
  await pictures(page).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(readout(page)).toContainText('Row 34, column 1:')
  await expect(page.getByRole('heading', { name: /The levels of one group/ })).toContainText('row 34, columns 0–63')
  const caption = page.getByRole('region', { name: 'The weights' }).locator('.caption')
  await page.keyboard.press('+')
  await page.keyboard.press('+')
  const place = await caption.textContent()
  const [original, quantized] = [await hash(page, 0), await hash(page, 1)]
  await pick(page, 'GPTQ')
  await expect.poll(() => hash(page, 1)).not.toBe(quantized)
  expect(await hash(page, 0)).toBe(original)
  await expect(caption).toHaveText(place!)
  await pick(page, 'CDQuant')
  await expect.poll(() => hash(page, 1)).toBe(quantized)

  // Another clip range.
  const group = page.getByRole('region', { name: 'The levels of one group' })
  await group.getByRole('slider', { name: 'Highest level' }).focus()
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowLeft')
  await expect(group.getByRole('row', { name: /^levels from/ })).toContainText('%')

  // Back to the start of the descent, which is RTN's end.
  const bar = page.getByRole('region', { name: 'Moment of the descent' })
  await expect(bar).toContainText(`relative loss ${table[layer].CDQuant}`)
  await bar.getByRole('button', { name: 'Start' }).click()
  await expect(bar.getByRole('status')).toContainText(`After 0 of`)
  await expect(bar.getByRole('status')).toContainText(`relative loss ${table[layer].RTN}`)
  await pictures(page).focus()
  await page.keyboard.press('ArrowLeft')
  const then = await readout(page).textContent()
  await pick(page, 'RTN')
  await expect(readout(page)).toHaveText(then!)

  // The next layer by key, and the columns' table.
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press(']')
  await expect(page).toHaveURL(/layer=model\.layers\.0\.mlp\.down_proj/)
  await expect(page.locator('.crumbs')).toContainText('128 rows × 384 columns')
  await expect(caption).toContainText('of 384.')
  const columns = page.getByRole('region', { name: 'Error by column', exact: true })
  await columns.getByText('As a table').click()
  await expect(columns.getByRole('row')).toHaveCount(1 + 192)
  expect(errors).toEqual([])
})

test('a link opens one layer and recipe; without a run there are its weights, and a button', async ({ page }) => {
  const layer = 'model.layers.3.self_attn.q_proj'
  await page.goto(
    `?samples=${smallPlan.samples}&windows=0&recipes=rtn,gptq&autorun=0&room=layer&layer=${layer}&recipe=gptq`,
  )
  await expect(page.locator('.crumbs')).toContainText('block 3 / q')
  await expect.poll(() => colours(page, 0)).toBeGreaterThan(60)
  await button(page, 'Run').click()
  await expect(numbers(page)).toContainText('relative loss', { timeout: 120_000 })
  await expect(page.getByRole('heading', { level: 1 })).toContainText('GPTQ leaves')
  await expect(page.getByRole('region', { name: 'The descent' })).toContainText('does not descend')
})

test('a recorded run says what it cannot show', async ({ page }) => {
  await page.goto('?recording&room=layer&layer=model.layers.0.self_attn.v_proj')
  await expect(page.getByText('A recorded run holds no weights')).toBeVisible()
  await expect(numbers(page)).toContainText('relative loss')
  await expect(page.getByRole('region', { name: 'The weights' })).toHaveCount(0)
})
