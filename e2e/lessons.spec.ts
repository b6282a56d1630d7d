// The lessons: walked through by key, live and on a recording; touched and returned from; opened by a teacher's link.
import { chromium, expect, test, type Page } from '@playwright/test'
import { finished, smallPlan, watchErrors } from './page.ts'

const plan = `samples=${smallPlan.samples}&windows=${smallPlan.windows}`
const STEPS = [6, 6, 6, 6, 4, 5, 5, 5, 4]
const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const place = (page: Page) => new URL(page.url()).searchParams
/** The numbers of a step are there: nothing is being computed any more. */
const settled = async (page: Page) => {
  await expect(page.getByText(/are being (computed|counted|solved)|The settings are/)).toHaveCount(0)
  await expect(page.locator('[aria-busy]')).toHaveCount(0)
}

/** From the first step to the last one by the arrow key; gives every title. */
async function walk(page: Page): Promise<string[]> {
  const titles: string[] = []
  for (const [lesson, steps] of STEPS.entries())
    for (let step = 1; step <= steps; step++) {
      await expect(page.getByText(`step ${step} of ${steps}`)).toBeVisible()
      await expect(page.getByText(`Lessons / ${lesson + 1}.`)).toBeVisible()
      await settled(page)
      titles.push(await heading(page).innerText())
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      await page.keyboard.press('ArrowRight')
    }
  return titles
}

test('nine lessons by →, on the page’s own run, and back by ←', async ({ page }) => {
  const errors = watchErrors(page)
  await page.goto(`?${plan}&room=lessons`)
  const titles = await walk(page)
  expect(new Set(titles).size).toBe(STEPS.reduce((a, b) => a + b))
  expect(place(page).get('lesson')).toBe('layers')
  await expect(page.getByRole('button', { name: 'Next', exact: true })).toBeDisabled()
  await page.keyboard.press('ArrowLeft')
  await expect(heading(page)).toHaveText(titles.at(-2)!)
  // The lessons' own plan and text are gone.
  expect(place(page).get('bits')).toBeNull()
  await finished(page)
  expect(errors).toEqual([])
})

test('all lessons work from the recording, without WebGPU', async ({ baseURL }) => {
  const executablePath = process.env.CHROMIUM_PATH
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: ['--no-sandbox', '--disable-background-networking', '--disable-features=WebGPU', '--disable-gpu'],
  })
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
    const errors = watchErrors(page)
    await page.goto(`${baseURL}?room=lessons`)
    await expect(page.getByText('Recording').first()).toBeVisible()
    await walk(page)
    await expect(page.getByText('No layer is solved yet')).toHaveCount(0)
    expect(errors).toEqual([])
  } finally {
    await browser.close()
  }
})

test('a reader drags the weights, sees every number follow, and returns', async ({ page }) => {
  await page.goto(`?${plan}&autorun=0&lesson=two-weights&step=5`)
  const losses = page.getByRole('list', { name: 'Losses' })
  await expect(losses).toContainText('0.340')
  await expect(losses).toContainText('0.130')
  await expect(losses).toContainText('0.0500')
  const picture = page.getByRole('img', { name: /^Two weights, 2.54 and 4.59/ })
  const ring = (await page.locator('.handle .ring').boundingBox())!
  await page.mouse.move(ring.x + ring.width / 2, ring.y + ring.height / 2)
  await page.mouse.down()
  await page.mouse.move(ring.x + 120, ring.y - 60, { steps: 4 })
  await page.mouse.up()
  await expect(picture).toHaveCount(0)
  await expect(losses).not.toContainText('0.340')
  await page.getByRole('button', { name: 'Return to this step' }).click()
  await expect(losses).toContainText('0.340')
  // The way without dragging; arrows inside the slider do not turn the page.
  await page.getByRole('slider', { name: /^w₁/ }).press('ArrowRight')
  await expect(page.getByRole('img', { name: /^Two weights, 2.55 and 4.59/ })).toBeVisible()
  await expect(page.getByText('step 5 of 6')).toBeVisible()
})

test('a teacher’s link hides, locks, enlarges and opens the step; Share makes it', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`?${plan}&autorun=0&bits=4&seed=7&lesson=descent&step=2`)
  await page.getByRole('button', { name: /^Share/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Share' })
  await dialog.getByLabel('the tabs of the rooms').check()
  await dialog.getByLabel('Open your own model').check()
  await dialog.getByLabel('Bits', { exact: true }).check()
  await dialog.getByLabel('Recipes', { exact: true }).check()
  await dialog.getByLabel('Projector type').check()
  await dialog.getByRole('button', { name: 'Copy link' }).click()
  await expect(dialog.getByRole('status')).toHaveText('Link copied.')
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(await dialog.getByLabel('Link').inputValue()).toBe(link)

  await page.goto(link)
  await expect(heading(page)).toHaveText('What would each change gain?')
  await expect(page.getByRole('navigation', { name: 'Rooms' })).toHaveCount(0)
  expect(await page.evaluate(() => document.documentElement.hasAttribute('data-big'))).toBe(true)
  const asked = place(page)
  for (const [name, value] of Object.entries({ bits: '4', seed: '7', lesson: 'descent', step: '2', big: '1' }))
    expect(asked.get(name), name).toBe(value)
  // The same class in the room Play.
  await page.goto(link.replace(/&?(room|lesson|step)=[^&]*/g, ''))
  await expect(page.getByRole('region', { name: 'Layer losses' })).toBeVisible()
  await expect(page.getByText('Drop your model here')).toHaveCount(0)
  await expect(page.getByRole('radiogroup', { name: 'Bits' }).getByRole('radio', { name: '4' })).toBeDisabled()
  await expect(page.getByRole('checkbox', { name: 'GPTQ', exact: true })).toBeDisabled()
  await expect(page.getByRole('radiogroup', { name: 'Group' }).getByRole('radio', { name: '64' })).toBeEnabled()
  await page.keyboard.press('2')
  await page.keyboard.press('c')
  expect(place(page).get('bits')).toBe('4')
  expect(place(page).get('room')).toBeNull()
  await page.keyboard.press('b')
  expect(await page.evaluate(() => document.documentElement.hasAttribute('data-big'))).toBe(false)
})

test('unknown names in a link are named', async ({ page }) => {
  await page.goto('?autorun=0&lesson=cooking&step=3&hide=window&lock=door')
  const strip = page.locator('.strip')
  for (const word of ['lesson=cooking', 'hide=window', 'lock=door', 'two-weights', 'perplexity', 'recipes'])
    await expect(strip).toContainText(word)
})
