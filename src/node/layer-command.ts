// `layer PROBLEM.safetensors`: one layer's problem, solved by recipes, without a model.
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { InputError } from '../formats/errors.ts'
import { openSafetensors, type SafetensorsFile } from '../formats/safetensors.ts'
import { safetensorsBytes } from '../formats/safetensors-write.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { checkPlan } from '../pipeline/check-plan.ts'
import { solverOptions } from '../pipeline/plan.ts'
import { gram } from '../kernels/gram.ts'
import { mirror } from '../kernels/mirror.ts'
import { createHessian, uploadHessian, type Hessian } from '../quantize/hessian.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { solutionCodes, type Solution } from '../quantize/solution.ts'
import { LayerSolver } from '../quantize/solve.ts'
import { fileBlob, fromHere } from './files.ts'
import { openCommandGpu, printLine } from './output.ts'
import { parseArguments } from './options.ts'

/** Few enough that float32 sums stay accurate and that inputs of any length fit. */
const TOKENS_PER_CHUNK = 1024

export async function layerCommand(args: string[]): Promise<void> {
  const { path, plan, values } = parseArguments('layer', args)
  const file = await openSafetensors(await fileBlob(path), basename(path))
  const [rows, columns] = matrixShape(file, 'weights')
  checkPlan(plan, [{ layer: `weights in ${file.name}`, columns }])
  const weights = await file.floats('weights')
  using gpu = await openCommandGpu()
  using hessian = await readHessian(gpu, file, columns)
  using weightsBuffer = gpu.upload('weights', weights)
  const { bits, group } = plan
  using solver = new LayerSolver(gpu, { rows, columns, weights: weightsBuffer, hessian }, solverOptions(plan))
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
  if (!entry) throw new InputError(`${file.name}: no tensor '${name}'; a problem holds weights and inputs or hessian`)
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
  if (name === 'inputs') return hessianOfInputs(gpu, file, height, columns)
  if (height !== columns) throw new InputError(`${file.name}: 'hessian' is [${height}, ${width}], which is not square`)
  return uploadHessian(gpu, symmetric(await file.floats(name), columns, file.name), columns)
}

/** H as a running mean over chunks of tokens, through the kernels that calibrate a model. */
async function hessianOfInputs(gpu: Gpu, file: SafetensorsFile, tokens: number, columns: number): Promise<Hessian> {
  const matrix = gpu.buffer('hessian', 4 * columns * columns)
  try {
    for (let before = 0; before < tokens; before += TOKENS_PER_CHUNK) {
      const chunk = Math.min(TOKENS_PER_CHUNK, tokens - before)
      using x = gpu.upload('inputs', await file.floats('inputs', before * columns, chunk * columns))
      const batch = gpu.batch('hessian')
      gram(batch, { x, matrix }, { tokens: chunk, columns, before })
      if (before + chunk === tokens) mirror(batch, { matrix }, { columns })
      await batch.submit()
    }
  } catch (error) {
    matrix[Symbol.dispose]()
    throw error
  }
  return createHessian(gpu, matrix, columns)
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
