// After the first visit the page needs no network: it opens, reads the bundled model and runs. No request ever leaves
// its origin, and its security policy is never broken.
import { expect, test } from '@playwright/test'
import { button, finished, lossTable, smallPlan, watchErrors } from './page.ts'
import { serve } from './serve.ts'

test.use({ serviceWorkers: 'allow' })

test('a second visit without a network runs to the end', async ({ page, context }) => {
  await page.goto('?autorun=0')
  await expect(button(page, 'Run')).toBeEnabled()
  await page.evaluate(() => navigator.serviceWorker.ready)
  await context.setOffline(true)
  await page.goto(`?samples=${smallPlan.samples}&windows=0&recipes=rtn,gptq,cdquant&bits=2`)
  await finished(page)
  expect(Object.keys(await lossTable(page))).toHaveLength(28)
  // What is loaded lazily is kept too.
  for (const room of await page.getByRole('navigation', { name: 'Rooms' }).getByRole('button').all()) {
    await room.click()
    await expect(page.locator('main:not([aria-busy])')).toBeVisible()
  }
  await page.goto('?recording')
  await expect(page.getByText(/recorded on/i).first()).toBeVisible()
})

test('a newer version takes over when the page begins anew, not before', async ({ page, context }) => {
  await using server = await serve()
  const tools = await context.newCDPSession(page)
  await tools.send('ServiceWorker.enable')
  await page.goto(`${server.url}?autorun=0`)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.reload()
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true)
  server.renew()
  const states = () =>
    page.evaluate(async () => {
      const known = await navigator.serviceWorker.getRegistration()
      return [known?.waiting?.state, known?.active?.state]
    })
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update())
  await expect.poll(states).toEqual(['installed', 'activated'])
  // The page begins once more with the newer version, maybe while it is being asked. The browser lets the older one
  // finish an answer that a page has left half-read, until it ends idle workers; it ends none that tools look at.
  let visits = 0
  await expect(async () => {
    if (visits++) await tools.send('ServiceWorker.stopAllWorkers')
    await page.reload()
    await expect.poll(states, { timeout: 8000 }).toEqual([undefined, 'activated'])
  }).toPass({ timeout: 120_000 })
  await expect(button(page, 'Run')).toBeEnabled()
})

test('a whole run leaves the origin with no request and breaks no policy in any room', async ({
  page,
  context,
  baseURL,
}) => {
  const errors = watchErrors(page)
  const foreign: string[] = []
  context.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(baseURL ?? '') && !/^(data|blob):/.test(url)) foreign.push(url)
  })
  await page.addInitScript(() => {
    const broken: string[] = []
    Object.assign(globalThis, { broken })
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
      broken.push(`${violatedDirective} ${blockedURI} ${sourceFile}`),
    )
  })
  await page.goto(`?samples=${smallPlan.samples}&windows=${smallPlan.windows}`)
  await expect(page.locator('meta[http-equiv="Content-Security-Policy"]')).toHaveAttribute(
    'content',
    /^default-src 'none'/,
  )
  await finished(page)
  await page.getByRole('button', { name: 'Download every layer' }).click()
  await Promise.all([page.waitForEvent('download'), button(page, 'Picture, PNG').click()])
  for (const room of await page.getByRole('navigation', { name: 'Rooms' }).getByRole('button').all()) {
    await room.click()
    await expect(page.locator('main:not([aria-busy])')).toBeVisible()
  }
  expect(await page.evaluate(() => (globalThis as unknown as { broken: string[] }).broken)).toEqual([])
  expect(foreign).toEqual([])
  expect(errors).toEqual([])
})
