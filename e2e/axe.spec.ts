// Accessibility, room by room: axe-core finds nothing, light and dark, on a desk and on a phone; and nothing has to be
// scrolled sideways, also at 200 % zoom and on paper.
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { safetensorsBytes } from '../src/formats/safetensors-write.ts'
import { button, finished } from './page.ts'

const rooms = ['play', 'layer', 'compare', 'lessons', 'open']
test.describe.configure({ timeout: 480_000 })

const plan = 'samples=2&windows=1&recipes=rtn,gptq,cdquant'

/**
 * What axe has to say, one line per place; in the dark, of the same page once more, only of contrast. The page has no
 * frames, for which axe would open a second page each time.
 */
async function findings(page: Page, colorScheme: 'light' | 'dark' = 'light'): Promise<string[]> {
  expect(page.frames()).toHaveLength(1)
  const axe = new AxeBuilder({ page }).setLegacyMode(true)
  const { violations } = await (colorScheme === 'dark' ? axe.withRules('color-contrast') : axe).analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${String(target)} ${failureSummary}`),
  )
}

/** Elements that reach out of the window to the right, unless they lie in something that scrolls by itself. */
const sideways = (page: Page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) return []
    return [...document.querySelectorAll('main *, header *, .plan *')]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .filter((element) => !element.closest('.scroller, .visually-hidden'))
      .map((element) => `${element.tagName}.${element.getAttribute('class')}`)
  })

async function goTo(page: Page, name: string) {
  await page.evaluate((room) => {
    const { playground } = globalThis as unknown as { playground: { go(room: string): void } }
    playground.go(room)
  }, name)
  await expect(page.locator('main:not([aria-busy])')).toBeVisible()
  // Lazily loaded figures come in pieces.
  await page.waitForLoadState('networkidle')
}

test('axe finds nothing in any room, light and dark, and no room needs sideways scrolling', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(`?${plan}`)
  await finished(page)
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ]) {
    await page.setViewportSize({ width, height })
    for (const room of rooms) {
      await goTo(page, room)
      // Tables that stand folded below their charts are looked at too.
      await page.evaluate(() => document.querySelectorAll('details').forEach((table) => (table.open = true)))
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        expect.soft(await findings(page, colorScheme), `${room}, ${width} px, ${colorScheme}`).toEqual([])
      }
      expect.soft(await sideways(page), `${room}, ${width} px: sideways`).toEqual([])
    }
  }
  await page.emulateMedia({ reducedMotion: 'no-preference', colorScheme: 'light' })
  // 200 % of a window 1024 px wide leaves 512 px.
  await page.setViewportSize({ width: 512, height: 384 })
  for (const room of rooms) {
    await goTo(page, room)
    expect.soft(await sideways(page), `${room}, 200 %: sideways`).toEqual([])
  }
  await goTo(page, 'play')
  await page.emulateMedia({ media: 'print' })
  await expect(page.locator('.runbar')).toBeHidden()
  await expect(page.getByRole('region', { name: 'Layer losses' })).toBeVisible()
})

test('axe does look: a button without a name is found', async ({ page }) => {
  await page.goto('?autorun=0')
  await expect(button(page, 'Run')).toBeEnabled()
  await page.evaluate(() => document.querySelector('main')?.append(document.createElement('button')))
  expect((await findings(page)).join()).toContain('button-name')
})

test('axe finds nothing in the recording, the keys, a saved run that failed, matrices, and unfolded panels', async ({
  page,
}) => {
  await page.goto('?recording')
  await expect(page.getByText(/recorded on/i).first()).toBeVisible()
  expect.soft(await findings(page), 'recording').toEqual([])
  await page.goto(`?autorun=0&${plan}`)
  await expect(button(page, 'Run')).toBeEnabled()
  await page.getByLabel('Saved run', { exact: true }).setInputFiles({
    name: 'cut.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{"format": "cdquant-run"'),
  })
  await expect(page.getByRole('alert')).toContainText('cut.json is not whole JSON')
  await page.locator('.plan-full .select[aria-controls]').first().click()
  expect.soft(await findings(page), 'a refused file and a panel').toEqual([])
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toBeVisible()
  expect.soft(await findings(page), 'keys').toEqual([])
  await page.keyboard.press('Escape')

  await goTo(page, 'open')
  const data = Float32Array.from({ length: 20 * 12 }, (_, i) => Math.sin(i))
  const tensor = (name: string) => ({ name, dtype: 'F32' as const, shape: [12, 20], data })
  const loose = Buffer.from(safetensorsBytes([tensor('up.weight'), tensor('__proto__'), tensor('up.inputs')]))
  const file = { name: 'loose.safetensors', mimeType: '', buffer: loose }
  await page.getByLabel('Checkpoint files', { exact: true }).setInputFiles(file)
  await expect(page.getByRole('list', { name: 'With this plan' })).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect.soft(await findings(page, colorScheme), `matrices, ${colorScheme}`).toEqual([])
  }
})

test('axe finds nothing in any lesson, light and dark', async ({ page }) => {
  await page.goto('?recording&room=lessons')
  await expect(page.locator('main:not([aria-busy])')).toBeVisible()
  const seen = new Set<string>()
  for (let step = 0; step < 80; step++) {
    const lesson = new URL(page.url()).searchParams.get('lesson') ?? ''
    if (!seen.has(lesson)) {
      seen.add(lesson)
      await expect(page.locator('main [aria-busy=true]')).toHaveCount(0)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        expect.soft(await findings(page, colorScheme), `${lesson || 'the first lesson'}, ${colorScheme}`).toEqual([])
      }
    }
    const before = page.url()
    await page.keyboard.press('ArrowRight')
    if (step > 0 && !(await changes(page, before))) break
  }
  expect(seen.size).toBeGreaterThanOrEqual(9)
})

/** Whether the address changes soon. */
const changes = (page: Page, before: string) =>
  page
    .waitForURL((url) => url.href !== before, { timeout: 3000 })
    .then(
      () => true,
      () => false,
    )
