// Where the command line finds a model: a folder, a GGUF file with the tokenizer beside it, or a server with the Hub's
// addresses.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { openCheckpoint } from '../formats/checkpoint.ts'
import { bundledFolder, checkpointFiles } from '../test/bundled.ts'
import { command, freshFolder } from '../test/command.ts'
import { llamaGguf } from '../test/gguf.ts'
import { hubServer } from '../test/hub-server.ts'
import { modelFiles } from './files.ts'

const folder = freshFolder()

test('a GGUF file brings the tokenizer beside it', async () => {
  const original = await openCheckpoint('x', await checkpointFiles())
  const path = join(folder.path, 'm.gguf')
  writeFileSync(path, await llamaGguf(original, 'Q8_0', { 'tokenizer.ggml.model': 'llama' }))
  cpSync(join(bundledFolder, 'tokenizer.json'), join(folder.path, 'tokenizer.json'))
  writeFileSync(join(folder.path, 'notes.txt'), 'not read')
  const { name, files } = await modelFiles(path)
  const checkpoint = await openCheckpoint(name, files)
  expect(checkpoint).toMatchObject({ name: 'm.gguf', fileCount: 2, skipped: [], tokenizerJson: original.tokenizerJson })
})

/** The bundled model on a server of this machine. */
function bundledHub() {
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']
  const files = names.map((name) => [name, new Uint8Array(readFileSync(join(bundledFolder, name)))] as const)
  return hubServer('owner/tiny', {}, { commits: { ['c0ffee'.padEnd(40, '0')]: Object.fromEntries(files) } })
}

test('an id is read from the endpoint, and a path that exists never is', async () => {
  await using server = await bundledHub()
  const { name, files } = await modelFiles('owner/tiny', server.endpoint)
  const checkpoint = await openCheckpoint(name, files)
  expect([checkpoint.name, checkpoint.tensors.size]).toEqual(['tiny', 38])
  expect(vi.mocked(process.stderr.write).mock.calls.join('')).toBe(
    `no folder owner/tiny here: reading owner/tiny from ${server.endpoint}\n` +
      'owner/tiny is read at commit c0ffee0\n',
  )
  const before = server.asked.length
  expect((await modelFiles(bundledFolder, server.endpoint)).files.length).toBeGreaterThan(4)
  expect(server.asked).toHaveLength(before)
})

test('bytes are requested once, and kept in a file without a name', async () => {
  await using server = await bundledHub()
  vi.stubEnv('TMPDIR', folder.path)
  const { files } = await modelFiles('owner/tiny', server.endpoint)
  const { blob } = files.find(({ path }) => path === 'model.safetensors')!
  const before = server.asked.length
  const local = readFileSync(join(bundledFolder, 'model.safetensors'))
  for (let pass = 0; pass < 2; pass++)
    for (const [start, end] of [
      [0, 90_000],
      [1_000_000, 1_500_000],
      [50_000, 1_200_000],
    ])
      expect(Buffer.compare(Buffer.from(await blob.slice(start, end).arrayBuffer()), local.subarray(start, end))).toBe(
        0,
      )
  vi.unstubAllEnvs()
  expect(server.asked.slice(before).filter((path) => path.startsWith('/cdn'))).toHaveLength(3)
  expect(readdirSync(folder.path)).toEqual([])
})

test('the token of the environment goes to the endpoint that was named, and to no other', async () => {
  await using server = await bundledHub()
  vi.stubEnv('HF_TOKEN', 'hf_1')
  await modelFiles('owner/tiny', `${server.endpoint}/`)
  await modelFiles(`${server.endpoint}/owner/tiny`)
  vi.stubEnv('HF_TOKEN', '')
  await modelFiles('owner/tiny', server.endpoint)
  vi.unstubAllEnvs()
  // Of the commit and of the list.
  expect(server.authorizations).toEqual(['Bearer hf_1', 'Bearer hf_1', undefined, undefined, undefined, undefined])
})

test('a model behind an id writes as the one in a folder does, and lends its matrices', async () => {
  await using server = await bundledHub()
  const prompt = ['--prompt', 'Once upon a time, a', '--tokens', '3']
  const written = async (...path: string[]) => {
    const { status, lines } = await command('generate', ...path, ...prompt)
    return [status, (JSON.parse(lines[0]) as { ids: number[] }).ids]
  }
  const far = ['owner/tiny', '--endpoint', server.endpoint]
  expect(await written(...far)).toEqual([0, [547, 573, 709]])
  const tensor = ['--tensor', 'model.layers.0.self_attn.k_proj', '--recipe', 'rtn', '--bits', '3']
  const solved = async (...path: string[]) => {
    const { status, lines } = await command('layer', ...path, ...tensor)
    return [status, (JSON.parse(lines[0]) as { objective: number }).objective]
  }
  expect(await solved(...far)).toEqual(await solved(bundledFolder))
  const refused = await command('generate', ...far, ...prompt, '--recipe', 'rtn')
  expect(refused.complaint).toContain('--calibration TEXT is missing, and owner/tiny has no calibration.txt')
})

test('a model that the endpoint does not have is refused in one line', async () => {
  await using server = await hubServer('owner/tiny', {})
  const text = join(bundledFolder, 'calibration.txt')
  const flags = ['--calibration', text, '--evaluation', text, '--recipe', 'rtn', '--bits', '3']
  const { status, lines, complaint } = await command('model', 'owner/other', '--endpoint', server.endpoint, ...flags)
  expect({ status, lines }).toEqual({ status: 2, lines: [] })
  expect(complaint).toContain('the server answered 404: there is no such model, revision or file')
})
