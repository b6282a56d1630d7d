// `npm run study`: every recipe of the study on a model, at every bit width and group size: mean relative objective,
// the same on held-out tokens, perplexity, time. Writes a Markdown table and its numbers as JSON.
//   npm run -s study [-- --model FOLDER] [--bits 2,3,4] [--groups row,64] [--recipes LIST] [--grid NAME]
//     [--samples 16] [--held-out 16] [--windows 16] [--out docs/study]
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { InputError } from '../formats/errors.ts'
import { openCheckpoint } from '../formats/checkpoint.ts'
import { openModel } from '../model/model.ts'
import type { Perplexity, TimedEvent } from '../pipeline/events.ts'
import { HessianCache } from '../pipeline/hessian-cache.ts'
import { defaultPlan, type Plan } from '../pipeline/plan.ts'
import { run } from '../pipeline/run.ts'
import { timed } from '../pipeline/timed.ts'
import { tokenText } from '../pipeline/texts.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { fileText, folderBlobs, fromHere } from './files.ts'
import { openCommandGpu } from './output.ts'
import { studyText, type StudyRow } from './study-text.ts'

const RECIPES =
  'rtn,gptq,none~plan~gptq(order=activation),cyclic,cdquant,gptq+cdquant,block,gptq+block,gptq+cdquant+refit,' +
  'quip,quip+cdquant,framequant,framequant+cdquant,awq,awq+cdquant'

const flags = {
  model: { type: 'string', default: 'public/models/tiny-tales-1m' },
  bits: { type: 'string', default: '2,3,4' },
  groups: { type: 'string', default: 'row,64' },
  recipes: { type: 'string', default: RECIPES },
  grid: { type: 'string', default: defaultPlan.grid },
  samples: { type: 'string', default: '16' },
  'held-out': { type: 'string', default: '16' },
  windows: { type: 'string', default: '16' },
  out: { type: 'string', default: 'docs/study' },
} as const

export async function main(args: string[]): Promise<number> {
  try {
    await study(args)
    return 0
  } catch (error) {
    const expected = error instanceof InputError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
    process.stderr.write(`${expected ? (error as Error).message : (error as Error).stack}\n`)
    return expected ? 2 : 1
  }
}

async function study(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: flags, strict: true })
  const folder = await folderBlobs(values.model)
  const checkpoint = await openCheckpoint(folder.name, folder.files)
  const model = openModel(checkpoint)
  const text = async (name: string) =>
    tokenText(checkpoint, await fileText(join(values.model, `${name}.txt`)), model.facts.vocabulary)
  const [calibration, evaluation] = [await text('calibration'), await text('evaluation')]
  using gpu = await openCommandGpu()
  const cache = new HessianCache()
  const rows: StudyRow[] = []
  let plan: Plan = {
    ...defaultPlan,
    grid: values.grid,
    recipes: values.recipes.split(','),
    samples: Number(values.samples),
    heldOut: Number(values['held-out']),
    windows: Number(values.windows),
  }
  let unquantized = 0
  for (const group of values.groups.split(','))
    for (const bits of values.bits.split(',').map(Number)) {
      plan = { ...plan, bits, group: group === 'row' ? 0 : Number(group) }
      process.stderr.write(`${bits} bits, group ${group}\n`)
      const events = timed(run({ gpu, model, calibration, evaluation, cache }, plan), () => performance.now())
      const found = await table(events, plan)
      unquantized = found.unquantized
      rows.push(...found.rows)
    }
  const out = fromHere(values.out)
  await mkdir(dirname(out), { recursive: true })
  const facts = { model: folder.name, adapter: gpu.adapter.name, unquantized, plan }
  await writeFile(`${out}.json`, JSON.stringify({ ...facts, rows }, undefined, 1) + '\n')
  await writeFile(`${out}.md`, studyText(facts, rows))
}

/** The rows of one run: geometric means over the layers, perplexity, and seconds of all layers. */
async function table(events: AsyncGenerator<TimedEvent>, { bits, group, recipes }: Plan) {
  const layers = new Map<string, { relative: number[]; heldOut: number[]; effective: number[]; ms: number }>(
    recipes.map((recipe) => [recipe, { relative: [], heldOut: [], effective: [], ms: 0 }]),
  )
  let perplexity: Record<string, Perplexity> = {}
  for await (const event of events)
    if (event.event === 'layer') {
      const of = layers.get(event.recipe)!
      of.relative.push(event.relative)
      of.heldOut.push(event.heldOut!.relative)
      of.effective.push(event.effectiveBits * event.rows * event.columns, event.rows * event.columns)
      of.ms += event.ms ?? 0
    } else if (event.event === 'finished') perplexity = event.perplexity
  const gptq = layers.get('gptq')
  const rows = recipes.map((recipe): StudyRow => {
    const { relative, heldOut, effective, ms } = layers.get(recipe)!
    const sum = (parity: number) => effective.reduce((total, x, i) => total + (i % 2 === parity ? x : 0), 0)
    return {
      recipe: recipeNamed(recipe).title,
      name: recipe,
      bits,
      group,
      effectiveBits: sum(0) / sum(1),
      relative: geometricMean(relative),
      heldOut: geometricMean(heldOut),
      ...(gptq && {
        ratio: geometricMean(relative.map((x, i) => x / gptq.relative[i])),
        heldOutRatio: geometricMean(heldOut.map((x, i) => x / gptq.heldOut[i])),
      }),
      perplexity: perplexity[recipe].value,
      standardError: perplexity[recipe].standardError,
      seconds: ms / 1000,
    }
  })
  return { rows, unquantized: perplexity.unquantized.value }
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}
