// What people do to a page that works: stop, drop while it runs, drop twice, press twice, look elsewhere, reload, lose
// the device. Each leaves the right model with the right numbers, no line of failure, and no byte on the GPU.
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { bundled, twoBlocks } from './checkpoints.ts'
import { button, finished, lossTable, room, status, watchErrors } from './page.ts'

const plan = 'samples=2&windows=1&window=64&recipes=rtn,gptq'
const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']

interface Shown {
  model: string
  losses: Awaited<ReturnType<typeof lossTable>>
  perplexity: string[]
}

/** The finished run on the page, which holds nothing on the GPU and has nothing to complain of. */
async function shown(page: Page): Promise<Shown> {
  await finished(page)
  await expect(page.getByText(' held on the GPU')).toHaveText('0 bytes held on the GPU')
  await expect(page.getByRole('alert')).toHaveCount(0)
  expect(page.workers()).toHaveLength(1)
  const model = await page.getByLabel('Model', { exact: true }).locator('option:checked').innerText()
  const bars = page.getByRole('region', { name: 'Perplexity', exact: true }).getByRole('listitem')
  return { model, losses: await lossTable(page), perplexity: await bars.locator('.value b').allInnerTexts() }
}

const drop = (page: Page, files: string | string[]) =>
  page.getByLabel(typeof files === 'string' ? 'Folder of a model' : 'Checkpoint files').setInputFiles(files)

interface Hiding {
  hide(now: boolean): void
}

/** Begins a run and waits until some of its layers are solved. */
async function begun(page: Page) {
  await button(page, 'Run').click()
  await expect(status(page)).toHaveText(/^[1-9]\d* of 28 layers$/)
}

test('stopped, pressed twice, dropped upon: model and numbers are right each time', async ({ page }, info) => {
  const errors = watchErrors(page)
  const folder = info.outputPath('two-blocks')
  const copy = info.outputPath('the-copy')
  await twoBlocks(folder)
  for (const name of names) await cp(join(bundled, name), join(copy, name))
  const broken = info.outputPath('broken')
  for (const name of names) await cp(join(bundled, name), join(broken, name))
  await writeFile(join(broken, 'config.json'), '{')

  await page.goto(`?${plan}`)
  const whole = await shown(page)
  expect(whole.model).toContain('tiny-tales-1m')
  expect(Object.keys(whole.losses)).toHaveLength(28)
  expect(whole.perplexity).toHaveLength(3)

  // Stopped in the middle.
  await button(page, 'Run').click()
  await button(page, 'Stop').click()
  await expect(status(page)).toContainText(/stopped/i)
  await expect(page.getByText(' held on the GPU')).toHaveText('0 bytes held on the GPU')

  // Twice: the second click pauses what the first began.
  await button(page, 'Run').dblclick()
  await expect(status(page)).toContainText(/paused/i)
  await button(page, 'Run').click()
  expect(await shown(page)).toEqual(whole)

  // Asked for twice before the worker can answer: the first gives way.
  await page.evaluate(() => {
    const { playground } = globalThis as unknown as { playground: { run(): void } }
    playground.run()
    playground.run()
  })
  expect(await shown(page)).toEqual(whole)

  // Another model while one runs: once it is read the run ends, and nothing of it is left on the screen.
  await button(page, 'Run').click()
  await expect(status(page)).not.toHaveText(/finished$/)
  await drop(page, folder)
  await expect(page.locator('.crumbs b')).toHaveText('two-blocks')
  await expect(button(page, 'Start')).toBeEnabled()
  await room(page, 'Play')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('two-blocks is open')
  await expect(page.getByRole('region', { name: 'Layer losses' }).getByRole('rowheader')).toHaveCount(0)
  await button(page, 'Run').click()
  const blocks = await shown(page)
  expect(blocks.model).toContain('two-blocks')
  expect(Object.keys(blocks.losses)).toHaveLength(14)

  // The same folder once more, while it runs.
  await button(page, 'Run').click()
  await room(page, 'Open model')
  await drop(page, folder)
  await button(page, 'Start').click()
  expect(await shown(page)).toEqual(blocks)

  // Two good ones and a bad one between them, as fast as a hand could.
  await button(page, 'Run').click()
  await room(page, 'Open model')
  for (const one of [folder, broken, copy]) await drop(page, one)
  await expect(page.locator('.crumbs b')).toHaveText('the-copy')
  await button(page, 'Start').click()
  const copied = await shown(page)
  expect(copied.model).toContain('the-copy')
  expect(copied).toEqual({ ...whole, model: copied.model })

  // A bad one last: what was open stays, and still runs.
  await room(page, 'Open model')
  await drop(page, broken)
  await expect(page.getByRole('alert')).toContainText('config.json')
  await room(page, 'Play')
  await button(page, 'Run').click()
  expect(await shown(page)).toEqual(copied)
  expect(errors).toEqual([])
})

test('hidden, reloaded, or without its device in the middle of a run: the page finds its way back', async ({
  page,
}) => {
  const errors = watchErrors(page)
  // A browser without a window hides no tab. What it would do: draw no frame, and wake timers once a second.
  await page.addInitScript(() => {
    let hidden = false
    const frames: FrameRequestCallback[] = []
    const { setTimeout: later, requestAnimationFrame: frame } = globalThis
    const slow = (what: () => void, ms = 0) => later(what, hidden ? Math.max(1000, ms) : ms)
    const hide = (now: boolean) => {
      hidden = now
      document.dispatchEvent(new Event('visibilitychange'))
      if (!now) for (const waiting of frames.splice(0)) frame(waiting)
    }
    Object.defineProperty(document, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible') })
    Object.defineProperty(document, 'hidden', { get: () => hidden })
    Object.assign(globalThis, {
      hide,
      setTimeout: slow,
      requestAnimationFrame: (draw: FrameRequestCallback) => (hidden ? frames.push(draw) : frame(draw)),
    })
  })
  await page.goto(`?${plan}`)
  const whole = await shown(page)

  await page.evaluate(() => (globalThis as unknown as Hiding).hide(true))
  await page.evaluate(() => (globalThis as unknown as { playground: { run(): void } }).playground.run())
  await expect
    .poll(() => page.evaluate(() => document.querySelector('[role=status]')?.textContent))
    .toMatch(/^[1-9]\d* of 28/)
  await page.evaluate(() => (globalThis as unknown as Hiding).hide(false))
  expect(await shown(page)).toEqual(whole)

  await begun(page)
  await page.reload()
  expect(await shown(page)).toEqual(whole)

  // The device goes away: finished layers stay, one line says so, and the next run opens it anew.
  const lose = () => page.evaluate(() => (globalThis as unknown as { playground: { lose(): void } }).playground.lose())
  await begun(page)
  await lose()
  await expect(page.getByRole('alert')).toContainText('The system took the GPU away')
  await expect(status(page)).toHaveText(/^[1-9]\d* of 28 layers, interrupted$/)
  await button(page, 'Start again').click()
  expect(await shown(page)).toEqual(whole)
  // While nothing runs it is not missed.
  await lose()
  await button(page, 'Run').click()
  expect(await shown(page)).toEqual(whole)
  expect(errors).toEqual([])
})
