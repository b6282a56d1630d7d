// What every room shares: figures and tables as files, a run that is saved and looked at again, and the keys.
import { readFile, writeFile } from 'node:fs/promises'
import { expect, test, type Page } from '@playwright/test'
import { button, finished, lossTable, smallPlan, status, watchErrors } from './page.ts'

const plan = `samples=${smallPlan.samples}&windows=${smallPlan.windows}&recipes=rtn,gptq,cdquant`

/** Chooses an entry of a figure's download button; the file's name and bytes. */
async function download(page: Page, figure: string, entry: string) {
  await button(page, `Download ${figure}`).click()
  const [file] = await Promise.all([page.waitForEvent('download'), button(page, entry).click()])
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) }
}

test('figures as SVG and PNG, tables as CSV, the run as JSON that opens again', async ({ page }, info) => {
  const errors = watchErrors(page)
  await page.goto(`?${plan}`)
  await finished(page)
  const table = await lossTable(page)

  for (const figure of ['every layer', 'this layer', 'perplexity']) {
    const svg = await download(page, figure, 'Picture, SVG')
    expect(svg.name).toBe(`tiny-tales-1m-3bit-row-${figure.replace(' ', '-')}.svg`)
    const text = svg.bytes.toString()
    expect(text).not.toMatch(/var\(--|class=|foreignObject/)
    expect(text).toContain('tiny-tales-1m · 3 bits')
    const facts = await page.evaluate((source) => {
      const picture = new DOMParser().parseFromString(source, 'image/svg+xml')
      return { root: picture.documentElement.localName, width: Number(picture.documentElement.getAttribute('width')) }
    }, text)
    expect(facts.root).toBe('svg')
    const png = await download(page, figure, 'Picture, PNG')
    expect([...png.bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47])
    expect(png.bytes.readUInt32BE(16)).toBe(2 * facts.width)
    await writeFile(info.outputPath(png.name), png.bytes)
    await writeFile(info.outputPath(svg.name), svg.bytes)
  }
  const lines = (await download(page, 'the layer table', 'Table, CSV')).bytes.toString().trim().split('\r\n')
  expect(lines).toHaveLength(29)
  expect(lines[0]).toMatch(/^layer,rtn,gptq,cdquant,rows,columns,/)

  const [saved] = await Promise.all([page.waitForEvent('download'), button(page, 'Download results').click()])
  const json = await readFile(await saved.path())
  const results = JSON.parse(json.toString()) as { layers: { layer: string; recipe: string; relative: number }[] }
  for (const { layer, recipe, relative } of results.layers) {
    const cells = lines.find((line) => line.startsWith(`${layer},`))?.split(',') ?? []
    expect(Number(cells[1 + ['rtn', 'gptq', 'cdquant'].indexOf(recipe)])).toBe(relative)
  }

  // In a page that has computed nothing, the file shows the same table and the same descent.
  await page.goto('?autorun=0&bits=2')
  await expect(button(page, 'Run')).toBeEnabled()
  await page
    .getByLabel('Saved run', { exact: true })
    .setInputFiles({ name: 'run.json', mimeType: 'application/json', buffer: json })
  await expect(page.getByText('A saved run', { exact: true })).toBeVisible()
  await expect(status(page)).toHaveText(/^Saved run: 28 of 28 layers.*finished$/)
  expect(await lossTable(page)).toEqual(table)
  await expect(page.getByRole('radiogroup', { name: 'Bits' }).getByRole('radio', { name: '2' })).toBeDisabled()
  await page.getByText('As a table', { exact: true }).click()
  await expect(page.getByRole('region', { name: 'This layer as a table' })).toContainText('CDQuant')
  const again = await Promise.all([page.waitForEvent('download'), button(page, 'Download results').click()])
  const back = JSON.parse((await readFile(await again[0].path())).toString()) as typeof results
  expect(back.layers).toEqual(results.layers)

  // Dropped as a file, a damaged one leaves the screen as it is; then the way back.
  await page.evaluate(
    (text) => {
      const files = new DataTransfer()
      files.items.add(new File([text], 'half.json', { type: 'application/json' }))
      dispatchEvent(new DragEvent('drop', { dataTransfer: files }))
    },
    json.toString().slice(0, 5000),
  )
  await expect(page.getByRole('alert')).toContainText('half.json is not whole JSON (5000 characters)')
  expect(await lossTable(page)).toEqual(table)
  await button(page, 'Back to the live page').click()
  await expect(page.getByText('A saved run', { exact: true })).toBeHidden()
  expect(page.url()).toContain('bits=2')
  await expect(button(page, 'Run')).toBeEnabled()
  expect(errors).toEqual([])
})

test('keys: letters can be switched off and stay off, arrows walk a chart and are read out', async ({ page }) => {
  await page.goto(`?${plan}&autorun=0`)
  await expect(page.getByRole('progressbar', { name: 'Layers finished' })).toHaveAttribute('aria-valuemax', '28')
  await page.keyboard.press('ArrowRight')
  await expect(status(page)).toHaveText(/^1 of 28 layers, paused$/)
  await page.keyboard.press('Space')
  await finished(page)
  await page.keyboard.press('r')
  await expect(page.locator('.recipes input:focus')).toHaveCount(1)
  await page.keyboard.press('o')
  await expect(page.getByRole('heading', { name: 'Open a checkpoint.' })).toBeVisible()
  await page.keyboard.press('p')

  // The chart is one stop of the Tab key; its arrows go from layer to layer.
  const chart = page.getByRole('region', { name: 'Every layer' }).getByRole('application').first()
  await chart.focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  const spoken = page.getByRole('region', { name: 'Every layer' }).locator('[aria-live=polite]').first()
  await expect(spoken).toHaveText(/^block\s0\s·\s\w+; .*GPTQ 0\.\d+/)

  await page.locator('h1').click()
  await page.keyboard.press('?')
  await page.getByLabel('Single letters, digits and signs are keys').uncheck()
  await button(page, 'Close').click()
  await page.locator('h1').click()
  await page.keyboard.press('o')
  await page.keyboard.press('2')
  await expect(page.locator('main.play')).toBeVisible()
  expect(page.url()).not.toContain('bits=2')
  await page.goto(`?autorun=0`)
  await expect(button(page, 'Run')).toBeEnabled()
  await page.keyboard.press('o')
  await page.keyboard.press('Escape')
  await expect(page.locator('main.play')).toBeVisible()
})
