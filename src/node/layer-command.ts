// `layer PROBLEM.safetensors`: one layer's problem, solved by recipes, without a model; or one matrix of any safetensors.
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { openBare, type Bare } from '../formats/bare.ts'
import { InputError } from '../formats/errors.ts'
import { openSafetensors, type SafetensorsFile } from '../formats/safetensors.ts'
import { safetensorsBytes } from '../formats/safetensors-write.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { uploadRows, type ReadRows } from '../gpu/row-tiles.ts'
import { bareHessian, hessianOfInputs } from '../pipeline/bare-hessian.ts'
import { checkPlan } from '../pipeline/check-plan.ts'
import { type Plan, solverOptions } from '../pipeline/plan.ts'
import { createHessian, uploadHessian, type Hessian } from '../quantize/hessian.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { solutionCodes, type Solution } from '../quantize/solution.ts'
import { RowParts } from '../quantize/row-parts.ts'
import { fileBlob, fromHere, modelFiles } from './files.ts'
import { openCommandGpu, printLine } from './output.ts'
import { parseArguments, type Values } from './options.ts'

export async function layerCommand(args: string[]): Promise<void> {
  const { path, plan, values } = parseArguments('layer', args)
  if (typeof values.tensor === 'string') return matrixCommand(path, plan, values, values.tensor)
  const file = await openSafetensors(await fileBlob(path), basename(path))
  const [rows, columns] = matrixShape(file, 'weights')
  checkPlan(plan, [{ layer: `weights in ${file.name}`, columns }])
  const read: ReadRows = (first, count) => file.floats('weights', first * columns, count * columns)
  using gpu = await openCommandGpu()
  using hessian = await readHessian(gpu, file, columns)
  await solveLayer(gpu, { rows, columns, read, hessian }, plan, values)
}

/** Matrices of safetensors: of a file, a folder or a model on the Hub, with inputs beside them or in the file of `--inputs`. */
export async function openMatrices(path: string, values: Values): Promise<Bare> {
  const { name, files } = await modelFiles(path, values.endpoint as string | undefined)
  if (!files.some((file) => file.path.endsWith('.safetensors')))
    throw new InputError(`${name}: single matrices are read of safetensors, and there is none`)
  if (typeof values.inputs === 'string')
    files.push({ path: basename(values.inputs), blob: await fileBlob(values.inputs) })
  return openBare(name, files)
}

/** One of them by its name: H of its inputs, else the identity. */
async function matrixCommand(path: string, plan: Plan, values: Values, tensor: string): Promise<void> {
  const bare = await openMatrices(path, values)
  const found = bare.layer(tensor)
  checkPlan(plan, [found])
  const { layer, rows, columns, inputs } = found
  const read: ReadRows = (first, count) => bare.weights(found, first, count)
  using gpu = await openCommandGpu()
  const made = bareHessian(gpu, found, (first, count) => bare.inputs(found, first, count))
  using hessian = createHessian(gpu, await last(made), columns)
  const facts = { layer, hessian: inputs ? 'inputs' : 'identity', ...(inputs && { tokens: inputs.tokens }) }
  await solveLayer(gpu, { rows, columns, read, hessian }, plan, values, facts)
}

interface GivenLayer {
  rows: number
  columns: number
  read: ReadRows
  hessian: Hessian
}

/** One line per recipe. */
async function solveLayer(gpu: Gpu, given: GivenLayer, plan: Plan, values: Values, more: object = {}): Promise<void> {
  const { rows, columns, hessian } = given
  const { bits, group } = plan
  const weights = (first: number, count: number) => uploadRows(gpu, 'weights', columns, { first, count }, given.read)
  const parted = { layer: 'weights', rows, columns, hessian, weights }
  using solver = await RowParts.open(gpu, parted, solverOptions(plan))
  for (const recipe of plan.recipes) {
    const start = performance.now()
    const solution = await last(solver.solve(recipeNamed(recipe)))
    const ms = performance.now() - start
    const { objective, relative, moves, damping, effectiveBits, notes } = solution
    if (damping && damping.length > 1) process.stderr.write(`${recipe}: damping raised, ${damping.join(', ')}\n`)
    const grid = recipeNamed(recipe).grid?.name ?? plan.grid
    const facts = { recipe, bits, group, grid, objective, relative, rows, columns, moves, effectiveBits }
    const adapter = gpu.adapter.name
    await printLine({
      event: 'layer',
      ...more,
      ...facts,
      damping: damping?.at(-1) ?? null,
      ...(notes.length && { notes }),
      ms,
      adapter,
    })
    if (typeof values.save === 'string')
      await save(values.save, recipe.includes('~') ? 'composed' : recipe, solution, [rows, columns])
  }
}

async function last<T>(events: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const { value, done } = await events.next()
    if (done) return value
  }
}

function matrixShape(file: SafetensorsFile, name: string): [number, number] {
  const entry = file.tensors.get(name)
  const advice = name === 'weights' ? ' (--tensor NAME takes any matrix of a file)' : ''
  if (!entry)
    throw new InputError(`${file.name}: no tensor '${name}'; a problem holds weights and inputs or hessian${advice}`)
  const { dtype, shape } = entry
  if (dtype !== 'F32') throw new InputError(`${file.name}: tensor '${name}' is ${dtype}, a problem's tensors are F32`)
  if (shape.length !== 2 || shape.some((length) => length < 1))
    throw new InputError(`${file.name}: tensor '${name}' has shape [${shape.join(', ')}], a matrix is needed`)
  return [shape[0], shape[1]]
}

async function readHessian(gpu: Gpu, file: SafetensorsFile, columns: number): Promise<Hessian> {
  const name = file.tensors.has('inputs') ? 'inputs' : 'hessian'
  const [height, width] = matrixShape(file, name)
  if (width !== columns) throw new InputError(`${file.name}: '${name}' has ${width} columns, 'weights' has ${columns}`)
  if (name === 'inputs') {
    const read = (first: number, count: number) => file.floats(name, first * columns, count * columns)
    return createHessian(gpu, await last(hessianOfInputs(gpu, read, height, columns)), columns)
  }
  if (height !== columns) throw new InputError(`${file.name}: 'hessian' is [${height}, ${width}], which is not square`)
  return uploadHessian(gpu, symmetric(await file.floats(name), columns, file.name), columns)
}

/** The mean of both triangles. @throws InputError when they differ by more than rounding, or the diagonal has a negative entry. */
function symmetric(matrix: Float32Array, columns: number, name: string): Float32Array {
  const size = matrix.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  for (let i = 0; i < columns; i++) {
    if (matrix[i * columns + i] < 0)
      throw new InputError(
        `${name}: 'hessian' has ${matrix[i * columns + i]} on its diagonal at ${i}; inputs' inputs has none below 0`,
      )
    for (let j = 0; j < i; j++) {
      const [a, b] = [matrix[i * columns + j], matrix[j * columns + i]]
      if (Math.abs(a - b) > 1e-4 * size)
        throw new InputError(`${name}: 'hessian' is not symmetric: ${a} at [${i}, ${j}], ${b} at [${j}, ${i}]`)
      matrix[i * columns + j] = matrix[j * columns + i] = (a + b) / 2
    }
  }
  return matrix
}

async function save(folder: string, recipe: string, solution: Solution, layer: number[]): Promise<void> {
  const { rows, columns, levels, restored } = solution
  const shape = [rows, levels.groups]
  await mkdir(fromHere(folder), { recursive: true })
  await writeFile(
    join(fromHere(folder), `${recipe}.safetensors`),
    safetensorsBytes([
      { name: 'codes', dtype: 'U8', shape: [rows, columns], data: solutionCodes(solution) },
      { name: 'scales', dtype: 'F32', shape, data: levels.scales as Float32Array<ArrayBuffer> },
      { name: 'zeros', dtype: 'F32', shape, data: levels.zeros as Float32Array<ArrayBuffer> },
      ...(restored
        ? [
            {
              name: 'weights_quantized',
              dtype: 'F32' as const,
              shape: layer,
              data: restored as Float32Array<ArrayBuffer>,
            },
          ]
        : []),
    ]),
  )
}
