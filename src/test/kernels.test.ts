// The contract of a kernel: shader, TypeScript view, reference and test all exist, and the view says what the WGSL
// says.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Kernel } from '../gpu/kernel.ts'

const modules = import.meta.glob<Record<string, unknown>>(['../kernels/*.ts', '!../kernels/*.{test,bench}.ts'], {
  eager: true,
})

interface Home {
  /** Name of the file in src/kernels, without extension. */
  file: string
  kernel: Kernel
  module: Record<string, unknown>
}

/** All kernels, wherever they are defined: one to a file, or the shapes of an operation together in its file. */
const homes: Home[] = Object.entries(modules).flatMap(([path, module]) =>
  Object.values(module)
    .filter(
      (value): value is Kernel => typeof value === 'object' && value !== null && 'code' in value && 'params' in value,
    )
    .map((kernel) => ({ file: path.replace(/^.*\/|\.ts$/g, ''), kernel, module })),
)

/**
 * Files that may test a shader: its kernel's own, and that of an operation whose shapes are chosen from this kernel's
 * file.
 */
function testsOf({ file }: Home): string[] {
  const imports = (other: string) => readFileSync(`src/kernels/${other}.ts`, 'utf8').includes(`from './${file}.ts'`)
  const operations = [...Object.keys(modules)].map((path) => path.replace(/^.*\/|\.ts$/g, ''))
  return [file, ...operations.filter((operation) => file.startsWith(`${operation}-`) && imports(operation))]
}

const shaders = readdirSync('shaders')
  .filter((file) => file.endsWith('.wgsl'))
  .map((file) => file.replace('.wgsl', ''))

interface View {
  bindings: [name: string, access: string][]
  params: [name: string, type: string][]
}

/** Bindings and params as the WGSL declares them. */
function viewOf(wgsl: string): View {
  const code = wgsl.replace(/\/\/[^\n]*/g, '')
  const declared = [...code.matchAll(/@group\((\d+)\)\s*@binding\((\d+)\)\s*var<([^>]+)>\s*(\w+)\s*:/g)]
  const numbers = declared.map(([, group, binding]) => `${group}.${binding}`)
  expect(numbers, '@group and @binding').toEqual(numbers.map((_, i) => `0.${i}`))
  const spaces = declared.map(([, , , space, name]) => ({ name, space: space.split(',').map((word) => word.trim()) }))
  const uniforms = spaces.filter(({ space }) => space[0] === 'uniform')
  expect(uniforms.every(({ name }) => name === 'params') && uniforms.length <= 1, 'the uniform is called params').toBe(
    true,
  )
  if (uniforms.length) expect(spaces.at(-1)!.name, 'the last binding').toBe('params')
  const struct = /\bstruct Params\s*\{([^}]*)\}/.exec(code)?.[1] ?? ''
  return {
    bindings: spaces.filter(({ space }) => space[0] === 'storage').map(({ name, space }) => [name, space[1] ?? 'read']),
    params: [...struct.matchAll(/(\w+)\s*:\s*(\w+)/g)].map(([, name, type]) => [name, type]),
  }
}

test.each(shaders)('%s', (name) => {
  const wgsl = readFileSync(`shaders/${name}.wgsl`, 'utf8')
  const found = homes.filter(({ kernel }) => kernel.name === name)
  expect(
    found.map(({ file }) => file),
    `kernels called ${name} in src/kernels/${name}.ts or the file of its operation`,
  ).toHaveLength(1)
  const [{ file, kernel, module }] = found
  expect(name === file || name.startsWith(`${file}-`), `${file}.ts is the place of ${name}`).toBe(true)
  expect(typeof module.reference, `src/kernels/${file}.ts exports reference`).toBe('function')
  const tests = testsOf(found[0]).map((test) => `src/kernels/${test}.test.ts`)
  expect(tests.some(existsSync), `${tests.join(' or ')} exists`).toBe(true)
  // What is shared is appended, so that line numbers in errors are those of the file.
  expect(kernel.code.startsWith(wgsl), 'the code begins with the shader file').toBe(true)
  const view = { bindings: Object.entries(kernel.bindings), params: Object.entries(kernel.params) }
  expect(view, 'the TypeScript view is that of the WGSL').toEqual(viewOf(wgsl))
  expect(/@compute[^;{]*\bfn main\b/.test(wgsl), 'entry point main').toBe(true)
})

test('every kernel has its shader', () => {
  expect(homes.filter(({ kernel }) => !shaders.includes(kernel.name)).map(({ file }) => file)).toEqual([])
})
