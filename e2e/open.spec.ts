// What can be opened beside a folder: a model on a hub, matrices without a model, folders within folders. The numbers
// of matrices are the command line's.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { openSafetensors } from '../src/formats/safetensors.ts'
import { safetensorsBytes, type TensorToWrite } from '../src/formats/safetensors-write.ts'
import type { Playground } from '../src/store/playground.ts'
import { hubServer, type Manners } from '../src/test/hub-server.ts'
import { bundled } from './checkpoints.ts'
import { output } from './command.ts'
import { button, finished, room, status, watchErrors } from './page.ts'

const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']
const plan = 'autorun=0&samples=2&windows=0&recipes=rtn,gptq,cdquant'

async function modelFiles(): Promise<Record<string, Uint8Array>> {
  const files = await Promise.all(names.map((name) => readFile(join(bundled, name))))
  return Object.fromEntries(names.map((name, i) => [name, new Uint8Array(files[i])]))
}

/** The bundled model in a file so long that its blocks cannot be kept in memory together, of tensors nobody reads. */
async function longModelFiles(): Promise<Record<string, Uint8Array>> {
  const files = await modelFiles()
  const given = await openSafetensors(new Blob([files['model.safetensors'] as Uint8Array<ArrayBuffer>]))
  const tensors: TensorToWrite[] = []
  for (const [name, { dtype, shape }] of given.tensors)
    tensors.push({ name, dtype: dtype as TensorToWrite['dtype'], shape, data: await given.bytes(name) })
  const size = 9 << 20
  for (const before of ['embed_tokens', 'layers.0', 'layers.1', 'layers.2', 'layers.3'])
    tensors.push({ ...tensors[0], name: `model.${before}.zero`, shape: [size / 2], data: new Uint8Array(size) })
  return { ...files, 'model.safetensors': safetensorsBytes(tensors) }
}

/** Files that the page has on the browser's disk for models on servers. */
const onDisk = (page: Page) =>
  page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('requested', { create: true })
    const names: string[] = []
    for await (const name of folder.keys()) names.push(name)
    return names
  })

const field = (page: Page) => page.getByLabel('Hub id or address')

test('a model on a hub: nothing is requested before Open; then ranges, and refusals in words', async ({ page }) => {
  const errors = watchErrors(page)
  const manners: Manners = { apart: true, commits: { ['c0ffee'.padEnd(40, '0')]: await longModelFiles() } }
  await using server = await hubServer('owner/tiny', {}, manners)

  // A link names a model and asks for nothing.
  await page.goto(`?autorun=0&samples=2&windows=0&recipes=rtn&model=owner/tiny`)
  await expect(page.getByRole('heading', { name: 'Open a checkpoint.' })).toBeVisible()
  await expect(field(page)).toHaveValue('owner/tiny')
  await expect(page.getByText('The link names this model. Open asks huggingface.co for owner/tiny')).toBeVisible()
  await field(page).fill(`${server.endpoint}/owner/tiny`)
  await page.getByText('Other server, access token').click()
  await page.getByLabel('Access token, for gated models').fill('hf_secret')
  await expect(page.getByText(`Open asks ${new URL(server.endpoint).host} for owner/tiny; nothing is`)).toBeVisible()
  expect(server.asked).toEqual([])

  manners.status = 401
  await field(page).press('Enter')
  await expect(page.getByRole('alert')).toContainText('the server answered 401 with the token that was given')
  delete manners.status
  await field(page).fill(`${server.endpoint}/owner/none`)
  await button(page, 'Open').click()
  await expect(page.getByRole('alert')).toContainText('owner/none on 127.0.0.1')
  await expect(page.getByRole('alert')).toContainText('the server answered 404: there is no such model')

  // What the page's policy forbids says so, instead of a connection that failed.
  await field(page).fill(`${server.endpoint.replace('127.0.0.1', 'localhost')}/owner/tiny`)
  await button(page, 'Open').click()
  await expect(page.getByRole('alert')).toContainText('is not asked: the Content-Security-Policy of this page')
  server.asked.length = 0
  server.authorizations.length = 0

  await field(page).fill(`${server.endpoint}/owner/tiny`)
  await button(page, 'Open').click()
  await expect(page.getByRole('heading', { name: 'It fits' })).toBeVisible()
  await expect(page.locator('.crumbs')).toContainText(/owner\/tiny .* commit c0ffee0$/)
  const weights = server.asked.filter((path) => /^\/cdn\/c0ffee\w+\/model\.safetensors/.test(path))
  expect(weights.length).toBeGreaterThan(0)
  expect(weights.every((path) => / bytes=\d+-\d+$/.test(path))).toBe(true)
  // The token goes to the server, and not to the one that its redirects lead to.
  for (const [i, path] of server.asked.entries())
    expect(server.authorizations[i], path).toBe(path.startsWith('/cdn/') ? undefined : 'Bearer hf_secret')
  expect(page.url()).toContain(`model=${server.endpoint}/owner/tiny`)
  expect(page.url()).not.toContain('secret')

  // Stop does not wait for a server that is silent.
  manners.silent = 100
  const before = server.asked.length
  await button(page, 'Start').click()
  await expect.poll(() => server.asked.length).toBeGreaterThan(before + 1)
  await button(page, 'Stop').click()
  await expect(status(page)).toHaveText('Stopped', { timeout: 5000 })
  manners.silent = 0
  server.asked.length = 0

  // Every byte is requested once: a second run, from the Hessians on, asks for nothing.
  await button(page, 'Run').click()
  await finished(page)
  const asked = [...server.asked]
  expect(new Set(asked).size).toBe(asked.length)
  expect(await onDisk(page)).toEqual(['0'])
  await page.getByRole('radiogroup', { name: 'Bits' }).getByRole('radio', { name: '2' }).check({ force: true })
  await page.waitForFunction(() => {
    const { state, run } = (globalThis as unknown as { playground: Playground }).playground.store.getState()
    return state === 'finished' && run.plan?.bits === 2
  })
  expect(server.asked).toEqual(asked)

  // With another model what was kept is gone.
  await page.getByLabel('Model', { exact: true }).selectOption('bundled')
  await expect.poll(() => onDisk(page)).toEqual([])
  // Chromium notes every answer that is no success, and what the policy forbids.
  expect(errors.filter((error) => !/status of 40[14]|Content Security Policy/.test(error))).toEqual([])
})

test('matrices without a model: the command line’s numbers, with H = I and with inputs', async ({ page }, info) => {
  const errors = watchErrors(page)
  const folder = info.outputPath('matrices')
  await mkdir(folder, { recursive: true })
  const tensor = (name: string, shape: number[], scale = 1) => {
    const data = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => scale * Math.sin(i * 1.7 + (i % 13)))
    return { name, dtype: 'F32' as const, shape, data }
  }
  const [loose, inputs] = [join(folder, 'loose.safetensors'), join(folder, 'inputs.safetensors')]
  const weights = [tensor('up.weight', [24, 40]), tensor('gate.weight', [24, 40], 0.3), tensor('down', [40, 24])]
  await writeFile(loose, safetensorsBytes(weights))
  await writeFile(inputs, safetensorsBytes([tensor('up.inputs', [300, 40])]))
  const recipes = ['rtn', 'gptq', 'cdquant']
  interface Solved {
    layer: string
    recipe: string
    relative: number
  }
  const layers = async (...flags: string[]): Promise<Solved[]> => {
    const given = ['model', loose, '--bits', '3', '--recipes', recipes.join(','), ...flags]
    const lines = (await output('npm', 'run', '-s', 'quantize', '--', ...given)).trim().split('\n')
    const events = lines.map((line) => JSON.parse(line) as Solved & { event: string })
    return events.filter(({ event }) => event === 'layer')
  }
  /** The table on the page says what the command line says, to 4 digits. */
  const compare = async (expected: Awaited<ReturnType<typeof layers>>) => {
    const rows = await page.getByRole('region', { name: 'Layer losses' }).getByRole('row').allInnerTexts()
    for (const { layer, recipe, relative } of expected) {
      const row = rows.find((text) => text.startsWith(layer))?.split(/\t/) ?? []
      expect(Number(row[1 + recipes.indexOf(recipe)]).toPrecision(4), `${layer} ${recipe}`).toBe(
        relative.toPrecision(4),
      )
    }
  }

  await page.goto(`?${plan}`)
  await room(page, 'Open model')
  const given = page.getByLabel('Checkpoint files', { exact: true })
  await given.setInputFiles(loose)
  await expect(page.getByRole('heading', { name: 'Matrices without a model' })).toBeVisible()
  const list = page.getByRole('group', { name: 'List of matrices' })
  await expect(list.getByRole('row')).toHaveCount(4)
  await expect(list.getByRole('row', { name: 'up' })).toContainText('none, H = I')
  await page.getByLabel('Solve gate').uncheck()
  await button(page, 'Start').click()
  await finished(page)
  await expect(page.getByText('There is no model: these are matrices by themselves.')).toBeVisible()
  await expect(page.getByText('H = I for all 2 layers: no inputs are known.')).toBeVisible()
  await compare((await layers()).filter(({ layer }) => layer !== 'gate'))

  await room(page, 'Layer')
  await expect(page.locator('.crumbs')).toContainText(/^loose \/ (down|up) /)
  await room(page, 'Compare')
  await expect(page.getByRole('heading', { name: 'loose holds matrices without a model.' })).toBeVisible()

  await room(page, 'Open model')
  await page.getByLabel('Files of inputs', { exact: true }).setInputFiles(inputs)
  await expect(list.getByRole('row', { name: 'up' })).toContainText('300 tokens')
  await button(page, 'Start').click()
  await finished(page)
  await compare(await layers('--inputs', inputs))
  expect(errors).toEqual([])
})

test('a folder within folders is named; of several one is chosen', async ({ page }, info) => {
  const errors = watchErrors(page)
  const root = info.outputPath('models')
  for (const path of ['a/first', 'b/second']) {
    await mkdir(join(root, path), { recursive: true })
    for (const name of names) await writeFile(join(root, path, name), await readFile(join(bundled, name)))
  }
  await writeFile(join(root, 'notes.md'), 'two of them')
  await page.goto(`?${plan}`)
  await room(page, 'Open model')
  await page.getByLabel('Folder of a model', { exact: true }).setInputFiles(root)
  await expect(page.getByRole('heading', { name: 'Several models. Which one?' })).toBeVisible()
  await button(page, 'b/second').click()
  await expect(page.getByRole('heading', { name: 'It fits' })).toBeVisible()
  await expect(page.locator('.crumbs')).toContainText('second')
  // A folder out of the file manager, dropped somewhere on the page.
  const hand = await page.context().newCDPSession(page)
  const data = { items: [], files: [join(root, 'a')], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await hand.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data })
  await expect(page.locator('.crumbs')).toContainText('first')
  expect(errors).toEqual([])
})
