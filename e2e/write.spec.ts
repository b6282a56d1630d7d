// What they write: the page's texts are those of the command line, and where they part both models' odds are shown.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { bundled } from './checkpoints.ts'
import { button, smallPlan, watchErrors } from './page.ts'

interface Line {
  model: string
  text: string
  agreed?: number
}

/** What the command line writes. */
function generate(...args: string[]): Promise<Line[]> {
  return new Promise((resolve, reject) => {
    const given = ['run', '-s', 'quantize', '--', 'generate', bundled, ...args]
    execFile('npm', given, { cwd: join(import.meta.dirname, '..') }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`))
      else
        resolve(
          stdout
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as Line),
        )
    })
  })
}

test('three models continue a prompt as on the command line, and another bit width writes again', async ({ page }) => {
  const errors = watchErrors(page)
  await page.goto(`?autorun=0&room=compare&samples=${smallPlan.samples}&windows=0&recipes=rtn,gptq,cdquant`)
  const section = page.getByRole('region', { name: 'What they write' })
  await section.getByRole('button', { name: 'A new story' }).click()
  await section.getByLabel('Second recipe').selectOption('rtn')
  const tokens = section.getByLabel('Tokens')
  await tokens.fill('24')
  await tokens.press('Tab')
  await section.getByRole('button', { name: 'Run, then write' }).click()
  await expect(section.locator('.caption')).toContainText(/CDQuant .* and RTN /, { timeout: 200_000 })

  const prompt = 'Once upon a time, a'
  const samples = String(smallPlan.samples)
  const flags = ['--prompt', prompt, '--recipes', 'cdquant,rtn', '--tokens', '24', '--samples', samples]
  const titles: Record<string, string> = { unquantized: 'Unquantized', cdquant: 'CDQuant', rtn: 'RTN' }
  const lines = await generate(...flags)
  expect(lines.map(({ model }) => model)).toEqual(Object.keys(titles))
  for (const { model, text, agreed } of lines) {
    const story = section.getByRole('article', { name: titles[model] })
    await expect(story.locator('.text')).toHaveText(prompt + text, { useInnerText: false })
    if (model === 'unquantized') continue
    await expect(story.locator('mark')).toHaveCount(agreed === undefined ? 0 : 1)
    await expect(story.getByRole('table')).toContainText(/\d+\.\d\s%/)
    // Any other place can be looked at.
    await story.getByRole('slider').press('End')
    await expect(story.locator('.place')).toContainText('Odds at token 24 of 24')
  }

  await section
    .getByRole('radiogroup', { name: 'Bits of the run' })
    .getByRole('radio', { name: '8' })
    .check({ force: true })
  await expect(section.locator('.note')).toContainText('Written at 8 bits', { timeout: 200_000 })
  await expect(section.locator('.caption')).toContainText(/CDQuant .* and RTN /, { timeout: 200_000 })

  // Stopping keeps what is written.
  await tokens.fill('200')
  await tokens.press('Tab')
  await button(page, 'Write').click()
  await expect(section.locator('.write-progress')).toContainText(/token [1-9]\d* of 200/)
  await button(page, 'Stop writing').click()
  await expect(button(page, 'Write')).toBeVisible()
  expect(
    (await section.getByRole('article', { name: 'Unquantized' }).locator('.text').innerText()).length,
  ).toBeGreaterThan(prompt.length)
  expect(errors).toEqual([])
})
