import { expect, test } from 'vitest'
import { openCheckpoint } from '../formats/checkpoint.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { RowTiles } from '../gpu/row-tiles.ts'
import { reference as crossGram } from '../kernels/cross-gram.ts'
import { reference as gram } from '../kernels/gram.ts'
import { normalisedError } from '../math/compare.ts'
import { quadraticForm } from '../math/linear.ts'
import { openModel, type Model, type Substitute } from '../model/model.ts'
import { referenceForward } from '../model/reference.ts'
import { createHessian } from '../quantize/hessian.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { LayerSolver } from '../quantize/solve.ts'
import { bundledText, checkpointFiles } from '../test/bundled.ts'
import { withGpu } from '../test/gpu.ts'
import { drain } from '../test/model.ts'
import { gaussians } from '../test/numbers.ts'
import { tinyModel, tinyPlan } from '../test/run.ts'
import { Calibration } from './calibrate.ts'
import { capture } from './capture.ts'
import type { LayerResult, RunEvent } from './events.ts'
import { faithful } from './faithful.ts'
import { HessianCache } from './hessian-cache.ts'
import { defaultPlan, solverOptions, type Plan } from './plan.ts'
import { run, type RunInputs } from './run.ts'
import { Solutions } from './solutions.ts'
import { embed, States } from './states.ts'
import { tokenText } from './texts.ts'
import { planWindows } from './windows.ts'

const faithfully: Plan = { ...tinyPlan, mode: 'faithful' }

async function eventsOf(inputs: RunInputs, plan: Plan): Promise<RunEvent[]> {
  return (await drain(run(inputs, plan))).yielded
}

const layersOf = (events: readonly RunEvent[]) => events.filter((event) => event.event === 'layer')

/** The model with other weights in its first blocks. */
function replaced(model: Model, blocks: number, substitute: Substitute): Model {
  return {
    ...model,
    forward(gpu, size) {
      const forward = model.forward(gpu, size)
      return {
        front: () => forward.front(),
        block: (block) => forward.block(block, block < blocks ? substitute : undefined),
        head: () => forward.head(),
        [Symbol.dispose]: () => forward[Symbol.dispose](),
      }
    },
  }
}

/** Losses of one recipe: every block solved on a fresh calibration of the model whose earlier blocks are replaced. */
async function composed(gpu: Gpu, { model, ...texts }: RunInputs, plan: Plan, recipe: string): Promise<number[]> {
  const solutions = new Solutions()
  for (let block = 0; block < model.facts.blocks; block++) {
    const partly = replaced(model, block, solutions.substitute(gpu, recipe))
    using calibration = new Calibration(gpu, partly, planWindows(texts, plan))
    for (let before = 0; before < block; before++)
      for (const { matrix } of (await drain(calibration.block(before))).result) matrix[Symbol.dispose]()
    for (const { layers, columns, matrix } of (await drain(calibration.block(block))).result) {
      using hessian = createHessian(gpu, matrix, columns)
      for (const layer of layers) {
        using weights = gpu.upload('weights', await model.weights(layer))
        const problem = { rows: layer.rows, columns, weights, hessian }
        using solver = new LayerSolver(gpu, problem, solverOptions(plan))
        const { result } = await drain(solver.solve(recipeNamed(recipe)))
        const { layer: name } = layer
        solutions.add({ layer: name, recipe, objective: result.objective } as LayerResult, result)
      }
    }
  }
  return solutions.results.map(({ objective }) => objective)
}

test('the bundled model, block by block, as if each block were calibrated afresh', async () => {
  await withGpu(async (gpu) => {
    const checkpoint = await openCheckpoint('tiny-tales-1m', await checkpointFiles())
    const model = openModel(checkpoint)
    const calibration = tokenText(checkpoint, bundledText('calibration.txt'), model.facts.vocabulary)
    const inputs = { gpu, model, calibration, evaluation: calibration, cache: new HessianCache() }
    const recipes = ['rtn', 'gptq+cdquant']
    const plan: Plan = { ...defaultPlan, recipes, mode: 'faithful', window: 64, samples: 3, windows: 0 }
    const layers = layersOf(await eventsOf(inputs, plan))
    expect(layers).toHaveLength(2 * 28)
    for (const recipe of recipes) {
      const objectives = layers.filter((layer) => layer.recipe === recipe).map(({ objective }) => objective)
      const expected = await composed(gpu, inputs, plan, recipe)
      // The same operations on the same numbers.
      objectives.forEach((objective, i) => expect(objective / expected[i], `${recipe} ${i}`).toBeCloseTo(1, 6))
    }
    // All states are still those of the unquantized model in block 0, and nowhere else.
    const quick = layersOf(await eventsOf(inputs, { ...plan, mode: 'quick' }))
    for (const { layer, recipe, objective } of quick) {
      const own = layers.find((one) => one.layer === layer && one.recipe === recipe)!.objective
      if (layer.startsWith('model.layers.0.')) expect(own, layer).toBe(objective)
      else expect(Math.abs(own / objective - 1), layer).toBeGreaterThan(1e-4)
    }
  })
})

test('losses against float64, with held-out windows', async () => {
  const { tiny, model, windows, texts } = await tinyModel(faithfully)
  await withGpu(async (gpu) => {
    const solutions = new Solutions()
    const inputs = { gpu, model, ...texts, cache: new HessianCache() }
    await drain(faithful(inputs, faithfully, windows, solutions))
    expect(solutions.results).toHaveLength(model.layers.length * faithfully.recipes.length)
    for (const recipe of faithfully.recipes) {
      const substitute = solutions.substitute(gpu, recipe)
      const solved = new Map<string, Float32Array>()
      for (const layer of model.layers) {
        using weights = substitute(layer)! as RowTiles
        solved.set(`${layer.layer}.weight`, await weights.read(gpu))
      }
      for (let block = 0; block < model.facts.blocks; block++) {
        const tensor = (name: string) => {
          const earlier = Number(/layers\.(\d+)\./.exec(name)?.[1] ?? block) < block
          return (earlier && solved.get(name)) || tiny.tensors.get(name)!.data
        }
        const passes = (part: readonly Uint32Array[]) => part.map((ids) => referenceForward(tiny.config, tensor, ids))
        const [seen, held] = [passes(windows.calibration), passes(windows.heldOut)]
        for (const [group, { layers, columns }] of model.inputs(block).entries()) {
          const hessianOf = (part: typeof seen) => {
            const x = Float64Array.from(part.flatMap(({ inputs }) => [...inputs[block][group]]))
            return gram(x, { tokens: x.length / columns, columns, before: 0 })
          }
          for (const { layer, rows } of layers) {
            const result = solutions.results.find((one) => one.layer === layer && one.recipe === recipe)!
            const { data } = tiny.tensors.get(`${layer}.weight`)!
            const residual = solved.get(`${layer}.weight`)!.map((value, at) => value - data[at])
            const loss = (part: typeof seen) => quadraticForm(residual, hessianOf(part), rows, columns)
            // Inputs with relative errors of some 1e-6 after a block; small losses are differences of larger terms.
            expect(result.objective / loss(seen), `${recipe} ${layer}`).toBeCloseTo(1, 4)
            expect(result.heldOut!.objective / loss(held), `${recipe} ${layer}`).toBeCloseTo(1, 4)
          }
        }
      }
    }
  })
})

test('drift of a block’s inputs against float64', async () => {
  const { tiny, model, windows } = await tinyModel(faithfully)
  const name = 'model.layers.0.mlp.up_proj'
  const { data, shape } = tiny.tensors.get(`${name}.weight`)!
  const noise = gaussians(data.length, 3)
  const other = data.map((value, at) => value + 0.05 * noise[at])
  const passes = (weights: Float32Array) =>
    windows.calibration.map((ids) =>
      referenceForward(
        tiny.config,
        (tensor) => (tensor === `${name}.weight` ? weights : tiny.tensors.get(tensor)!.data),
        ids,
      ),
    )
  expect(shape).toEqual([37, 20])
  const [unquantized, quantized] = [passes(data), passes(other)]
  await withGpu(async (gpu, scope) => {
    const { workPerSubmit } = gpu
    gpu.workPerSubmit = 1 // chunks of one window
    const own = scope.own(new States(gpu, model, windows))
    const beside = scope.own(new States(gpu, model, { ...windows, heldOut: [] }))
    const forward = scope.own(model.forward(gpu, own))
    await embed(gpu, forward, [own, beside])
    const substitute: Substitute = ({ layer }) => (layer === name ? gpu.upload('other', other) : undefined)
    const given = {
      ...{ gpu, model, block: 1, states: own, pass: scope.own(await forward.block(1)) },
      waiting: { before: scope.own(await forward.block(0, substitute)) },
      unquantized: { states: beside, before: scope.own(await forward.block(0)) },
    }
    const { result } = await drain(capture(given))
    gpu.workPerSubmit = workPerSubmit
    for (const [group, { columns, matrix, heldOut, drift }] of result.entries()) {
      const inputsOf = (part: typeof quantized) =>
        Float64Array.from(part.flatMap(({ inputs }) => [...inputs[1][group]]))
      const [x, seen] = [inputsOf(unquantized), inputsOf(quantized)]
      const size = { tokens: x.length / columns, columns, before: 0 }
      const difference = seen.map((value, at) => value - x[at])
      // Inputs with relative errors of some 1e-6 after a block, of which the drift is a small difference.
      const expected = crossGram(seen, difference, size)
      expect(normalisedError(await scope.own(drift!).read(gpu), expected)).toBeLessThan(1e-9)
      expect(normalisedError(await scope.own(matrix).read(gpu), gram(seen, size))).toBeLessThan(1e-11)
      scope.own(heldOut!)
    }
  })
})

test('a correction leaves block 0 as it is, says who makes it, and moves the states of no other recipe', async () => {
  const { model, texts } = await tinyModel(faithfully)
  await withGpu(async (gpu) => {
    const inputs = { gpu, model, ...texts, cache: new HessianCache() }
    const [plain, corrected] = [
      layersOf(await eventsOf(inputs, faithfully)),
      layersOf(await eventsOf(inputs, { ...faithfully, correction: 0.5 })),
    ]
    for (const [i, { layer, recipe, objective, notes }] of corrected.entries()) {
      const first = layer.startsWith('model.layers.0.')
      const descends = recipe === 'cdquant'
      if (first || !descends) expect(objective, `${recipe} ${layer}`).toBe(plain[i].objective)
      // What is minimised is another loss: this one rises.
      else expect(objective, `${recipe} ${layer}`).toBeGreaterThan(plain[i].objective)
      const note = notes?.at(-1) ?? ''
      if (first) expect(notes).toBeUndefined()
      else expect(note).toMatch(descends ? /^correction 0.5 of earlier blocks by greedy/ : /^no correction of earlier/)
    }
  })
})

test('events name the recipe; a layer is solved when every recipe has solved it', async () => {
  const { model, texts } = await tinyModel(faithfully)
  await withGpu(async (gpu) => {
    const events = await eventsOf({ gpu, model, ...texts, cache: new HessianCache() }, faithfully)
    expect(events[0]).toMatchObject({ cached: false, plan: { mode: 'faithful' }, calibration: { heldOut: 2 } })
    // The Hessians of the first block are those of all recipes.
    for (const block of [0, 1]) {
      const named = events.flatMap((event) =>
        (event.event === 'calibrating' || event.event === 'hessian') && event.block === block ? [event.recipe] : [],
      )
      expect(new Set(named)).toEqual(new Set(block === 0 ? [undefined] : faithfully.recipes))
    }
    const seen = new Map<string, number>()
    for (const event of events) {
      if (event.event === 'layer') seen.set(event.layer, (seen.get(event.layer) ?? 0) + 1)
      if (event.event === 'solved') expect(seen.get(event.layer)).toBe(faithfully.recipes.length)
    }
    expect(events.filter(({ event }) => event === 'solved')).toHaveLength(model.layers.length)
  })
})

test.each(['calibrating', 'hessian', 'descent', 'layer', 'solved'] as const)(
  'stopped at %s of block 1 it leaves nothing behind',
  async (name) => {
    const { model, texts } = await tinyModel(faithfully)
    await withGpu(async (gpu) => {
      const plan = { ...faithfully, correction: 0.5 }
      const events = run({ gpu, model, ...texts, cache: new HessianCache() }, plan)
      for (let calibrated = false; ;) {
        const { value, done } = await events.next()
        if (done) throw new Error(`no '${name}' in block 1`)
        calibrated ||= value.event === 'calibrating' && value.block === 1
        if (calibrated && value.event === name) break
      }
      await events.return(undefined)
    })
  },
)
