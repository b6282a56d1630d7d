// Files that cannot be used: the page says which fact is wrong, and keeps the model that was open.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { bundled } from './checkpoints.ts'
import { button, finished, room, status } from './page.ts'

const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']
type Files = Record<string, Buffer>

const broken: [string, (files: Files) => void, RegExp][] = [
  [
    'weights cut off',
    (files) => (files['model.safetensors'] = files['model.safetensors'].subarray(0, 1_000_000)),
    /model\.safetensors.*1000000 bytes/,
  ],
  [
    'an architecture that is not supported',
    (files) =>
      (files['config.json'] = Buffer.from(
        JSON.stringify({ model_type: 'mamba', architectures: ['MambaForCausalLM'] }),
      )),
    /model_type.*mamba.*llama/,
  ],
  [
    'a value that is not a number',
    (files) => {
      const bytes = Buffer.from(files['model.safetensors'])
      const header = 8 + Number(bytes.readBigUInt64LE(0))
      bytes.writeUInt16LE(0x7fc0, header)
      files['model.safetensors'] = bytes
    },
    /tensor '.*' has 1 value that is not finite/,
  ],
]

/** The bundled model's files, damaged, as a file input takes them. */
async function damaged(damage: (files: Files) => void) {
  const files: Files = {}
  for (const name of names) files[name] = await readFile(join(bundled, name))
  damage(files)
  return Object.entries(files).map(([name, buffer]) => ({ name, mimeType: 'application/octet-stream', buffer }))
}

test('damaged files: one clear line each, and the open model stays', async ({ page }) => {
  await page.goto('?autorun=0&samples=2&windows=0&recipes=rtn')
  for (const [what, damage, message] of broken)
    await test.step(what, async () => {
      await room(page, 'Open model')
      await page.getByLabel('Checkpoint files', { exact: true }).setInputFiles(await damaged(damage))
      await expect(page.getByRole('alert')).toContainText(message)
      await room(page, 'Play')
      await button(page, 'Run').click()
      await expect(status(page)).not.toHaveText(/finished$/)
      await finished(page)
    })
})

test('two broken files beside a run: both are named, what held keeps its mark, and the run goes on', async ({
  page,
}) => {
  await page.goto('?samples=4&windows=2&recipes=rtn,gptq,cdquant')
  await expect(status(page)).toHaveText(/^[1-9]\d* of 28 layers$/)
  await room(page, 'Open model')
  const cut = (files: Files) => {
    files['tokenizer.json'] = files['tokenizer.json'].subarray(0, 100)
    files['model.safetensors'] = files['model.safetensors'].subarray(0, 1_000_000)
  }
  await page.getByLabel('Checkpoint files', { exact: true }).setInputFiles(await damaged(cut))
  const alert = page.getByRole('alert')
  await expect(alert).toContainText(/model\.safetensors.*1000000 bytes/)
  await expect(alert).toContainText(/tokenizer\.json is not JSON/)
  await expect(page.getByRole('listitem').filter({ hasText: 'config.json' })).toContainText('Fine')
  await room(page, 'Play')
  await expect(status(page)).not.toContainText(/stopped|interrupted/)
  await finished(page)
  await expect(status(page)).toContainText('28 of 28 layers')
})
