// Every family in the browser: each folder is dropped, its check list read and its plan run; the perplexities on the
// screen are those of the command line. Beside it: many models one after another leave nothing behind.
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { output, quantizeAll } from './command.ts'
import { button, finished, room, watchErrors } from './page.ts'

const golden = join(import.meta.dirname, '../../shared/models/families')

/** Checkpoints whose forward pass is known from the families' own code; where there are none, random ones of every type. */
async function familyFolders(own: string): Promise<string[]> {
  if (existsSync(golden))
    return readdirSync(golden)
      .map((name) => join(golden, name))
      .filter((folder) => existsSync(join(folder, 'config.json')))
  await mkdir(own, { recursive: true })
  return JSON.parse(await output('node', 'src/node/launch.mjs', '../../e2e/tiny-families', own)) as string[]
}

/** Token ids that the smallest vocabulary has; none of these models has a tokenizer. */
function tokenIds(count: number): number[] {
  let state = 1
  return Array.from({ length: count }, () => (state = (state * 1103515245 + 12345) % 2 ** 31) % 77)
}

const plan = { bits: 3, window: 24, samples: 2, windows: 2 }
const titles = { unquantized: 'Unquantized', rtn: 'RTN', cdquant: 'CDQuant' }

/** The perplexities on screen by model, as printed. */
async function printed(page: Page): Promise<Record<string, string>> {
  const bars = page.getByRole('region', { name: 'Perplexity', exact: true }).getByRole('listitem')
  const pairs = bars.evaluateAll((all) =>
    all.map((bar) => [bar.querySelector('.name span')?.textContent, bar.querySelector('.value b')?.textContent]),
  )
  return Object.fromEntries(await pairs) as Record<string, string>
}

test('every family: the perplexities on screen are those of the command line', async ({ page }, info) => {
  const errors = watchErrors(page)
  const folders = await familyFolders(info.outputPath('families'))
  const texts: string[] = []
  for (const [use, from] of [
    ['calibration', 0],
    ['evaluation', 100],
  ] as const) {
    const path = info.outputPath(`${use}.json`)
    await writeFile(path, JSON.stringify(tokenIds(200).slice(from, from + 100)))
    texts.push(path)
  }
  const flags = Object.entries(plan).flatMap(([name, value]) => [`--${name}`, String(value)])
  const commands = quantizeAll(
    ...['model', ...folders, '--calibration', texts[0], '--evaluation', texts[1], '--recipes', 'rtn,cdquant', ...flags],
  )
  // Told where it is awaited.
  commands.catch(() => {})

  const { samples, window, windows } = plan
  await page.goto(`?autorun=0&samples=${samples}&window=${window}&windows=${windows}&recipes=rtn,cdquant`)
  await button(page, `${samples} × ${window} tokens`).click()
  await page.getByLabel('Calibration text file').setInputFiles(texts[0])
  await page.getByLabel('Evaluation text file').setInputFiles(texts[1])
  const seen: Record<string, Record<string, string>> = {}
  for (const folder of folders)
    await test.step(basename(folder), async () => {
      await room(page, 'Open model')
      await page.getByLabel('Folder of a model').setInputFiles(folder)
      await expect(page.locator('.crumbs b')).toHaveText(basename(folder))
      await button(page, 'Start').click()
      await finished(page)
      await expect(page.getByText(' held on the GPU')).toHaveText('0 bytes held on the GPU')
      seen[folder] = await printed(page)
    })
  expect(page.workers()).toHaveLength(1)
  await expect(page.getByRole('alert')).toHaveCount(0)

  const finals = await commands
  expect(finals).toHaveLength(folders.length)
  for (const [i, folder] of folders.entries())
    for (const [name, title] of Object.entries(titles)) {
      const { value } = finals[i].perplexity[name]
      const text = seen[folder][title]
      const digit = 10 ** (Math.floor(Math.log10(value)) - 3)
      expect(
        Math.abs(Number(text) - value) / digit,
        `${basename(folder)}, ${title}: page ${text}, command line ${value}`,
      ).toBeLessThan(0.501)
    }
  expect(errors).toEqual([])
})
