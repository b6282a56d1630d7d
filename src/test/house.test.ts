// The laws of the house as tests: which folder may know which, which word belongs to which folder, and how large a file
// may be.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

/** A folder may import only folders before it, and itself. */
const order = [
  'math',
  'formats',
  'tokenizer',
  'gpu',
  'kernels',
  'model',
  'quantize',
  'pipeline',
  'worker',
  'store',
  'ui',
  'node',
  'test',
  'main.tsx',
]

interface Source {
  /** From the repository's root, with slashes. */
  path: string
  folder: string
  text: string
  /** Without comments. */
  code: string
  lines: string[]
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative('.', join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
}

/** Comments become blanks of the same length; strings stay, so that a `//` in one is none. */
function withoutComments(text: string): string {
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g
  return text.replace(token, (found) => (/^\/[/*]/.test(found) ? found.replace(/[^\n]/g, ' ') : found))
}

const sources: Source[] = ['src', 'e2e', 'shaders']
  .flatMap(filesBelow)
  .filter((path) => /\.(ts|tsx|mjs|wgsl)$/.test(path))
  .map((path) => {
    const text = readFileSync(path, 'utf8')
    const folder = path.startsWith('src/') ? path.split('/')[1] : ''
    return { path, folder, text, code: withoutComments(text), lines: text.trimEnd().split('\n') }
  })

const isTest = ({ path, folder }: Source) => folder === 'test' || /\.(test|bench)\.tsx?$/.test(path)
const inSrc = sources.filter(({ path }) => path.startsWith('src/'))
const product = inSrc.filter((source) => !isTest(source))

/** Every module a source imports, exports from, loads lazily or starts as a worker. */
function importsOf(code: string): string[] {
  const forms = [
    /\b(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])([^'"]+)\1/g,
    /\bimport\s*(['"])([^'"]+)\1/g,
    /\bimport\s*\(\s*(['"])([^'"]+)\1/g,
    /\bnew URL\(\s*(['"])(\.[^'"]+)\1\s*,\s*import\.meta\.url/g,
  ]
  return forms.flatMap((form) => [...code.matchAll(form)].map((match) => match[2]))
}

/** The folder of src that a relative import leads to; undefined outside src. */
function folderOf(source: Source, imported: string): string | undefined {
  const target = join(dirname(source.path), imported).replaceAll('\\', '/')
  return target.startsWith('src/') ? target.split('/')[1] : undefined
}

test('every folder of src has its place in the order', () => {
  expect(inSrc.filter(({ folder }) => !order.includes(folder)).map(({ path }) => path)).toEqual([])
})

test('a folder imports only folders above it', () => {
  const offending = product.flatMap((source) =>
    importsOf(source.code)
      .filter((imported) => imported.startsWith('.'))
      .filter((imported) => order.indexOf(folderOf(source, imported) ?? 'math') > order.indexOf(source.folder))
      .map((imported) => `${source.path} imports ${imported}`),
  )
  expect(offending).toEqual([])
})

test('only kernels import shaders', () => {
  const offending = product.flatMap((source) =>
    importsOf(source.code)
      .filter((imported) => imported.includes('/shaders/') && source.folder !== 'kernels')
      .map((imported) => `${source.path} imports ${imported}`),
  )
  expect(offending).toEqual([])
})

/** True when the word occurs outside comments and quoted strings. */
const says = (word: string) => (source: Source) =>
  new RegExp(`\\b${word}\\b`).test(source.code.replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''"))

test.each<[word: string, home: string, use: (source: Source) => boolean]>([
  ['navigator', 'worker', says('navigator')],
  ['document', 'ui', says('document')],
  ['postMessage', 'worker', says('postMessage')],
  ['webgpu', 'node', ({ code }) => importsOf(code).includes('webgpu')],
  ['node:', 'node', ({ code }) => importsOf(code).some((imported) => imported.startsWith('node:'))],
])('%s occurs in %s only', (_, home, use) => {
  expect(product.filter((source) => source.folder !== home && use(source)).map(({ path }) => path)).toEqual([])
})

test('small rooms: shaders up to 150 lines, TypeScript up to 250', () => {
  const most = (path: string) => (path.endsWith('.wgsl') ? 150 : 250)
  const large = sources.filter(({ path, lines }) => lines.length > most(path))
  expect(large.map(({ path, lines }) => `${path} has ${lines.length} lines`)).toEqual([])
})

test('every file begins by saying what it is', () => {
  const silent = sources.filter((source) => !isTest(source) && !source.text.startsWith('//'))
  expect(silent.map(({ path }) => path)).toEqual([])
})

test('only math/random.ts is random, and nothing that yields events reads a clock', () => {
  const random = product.filter(({ path, code }) => path !== 'src/math/random.ts' && /\bMath\.random\b/.test(code))
  const clocks = product.filter(
    ({ folder, code }) =>
      folder !== 'gpu' &&
      order.indexOf(folder) < order.indexOf('worker') &&
      /\bDate\.now\b|\bperformance\.now\b|\bnew Date\b/.test(code),
  )
  expect([...random, ...clocks].map(({ path }) => path)).toEqual([])
})

test('a room names no class that another room names: their style sheets stay loaded together', () => {
  const rooms = new Map<string, string>()
  const twice: string[] = []
  for (const path of filesBelow('src/ui').filter((path) => /^src\/ui\/\w+\/.*\.css$/.test(path))) {
    const room = path.split('/')[2]
    for (const [, name] of readFileSync(path, 'utf8').matchAll(/^\.([\w-]+) \{$/gm)) {
      const other = rooms.get(name)
      if (other && other !== room) twice.push(`.${name}: ${other}, ${room}`)
      rooms.set(name, room)
    }
  }
  expect(twice).toEqual([])
})
