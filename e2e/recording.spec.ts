// A browser without WebGPU: the recorded run plays through the same charts, and says that it is one.
import { chromium, expect, test } from '@playwright/test'
import { finished, lossTable } from './page.ts'

test('without WebGPU a recorded run plays', async ({ baseURL }) => {
  const executablePath = process.env.CHROMIUM_PATH
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: ['--no-sandbox', '--disable-background-networking', '--disable-features=WebGPU', '--disable-gpu'],
  })
  try {
    const page = await browser.newPage()
    await page.goto(baseURL ?? '')
    await expect(page.getByText(/recording/i).first()).toBeVisible()
    await expect(page.getByText(/Chrome/).first()).toBeVisible()
    await page.getByLabel('Speed').selectOption('8')
    await finished(page)
    const rows = Object.entries(await lossTable(page))
    expect(rows).toHaveLength(28)
    for (const [layer, row] of rows) expect(Number(row.GPTQ), layer).toBeGreaterThan(0)
  } finally {
    await browser.close()
  }
})
