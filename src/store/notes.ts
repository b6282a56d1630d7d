// Facts beside the figures: too little calibration text, dead columns, raised damping, and files that will not take
// the result.
import type { LayerFacts } from '../pipeline/events.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { Run } from './run.ts'
import { count, layerName, list, moduleName, plural, recipeTitle, significant } from './wording.ts'

export interface Note {
  tone: 'warn' | 'neutral'
  title: string
  text: string
}

/** What a run has to say for itself, beyond its numbers. */
export function runNotes(run: Run): readonly Note[] {
  const states = run.order.map((layer) => run.layers[layer])
  const notes: Note[] = []
  const few = states.filter((state) => state.few)
  if (few.length) {
    const widest = few.reduce((a, b) => (b.facts.columns > a.facts.columns ? b : a))
    const { columns } = widest.facts
    const tokens = widest.tokens ?? 0
    const window = run.plan?.window ?? 1
    notes.push({
      tone: 'warn',
      title: `Few ${run.bare ? 'tokens of inputs' : 'calibration tokens'} for ${modules(few.map((state) => state.facts))}.`,
      text: [
        `${count(tokens)} tokens for ${count(columns)} columns is ${significant(tokens / columns, 2)} per column;`,
        run.bare
          ? `4 are advised.`
          : `4 are advised, which takes ${plural(Math.ceil((4 * columns) / window), 'window')}.`,
        `Losses on unseen ${run.bare ? 'inputs' : 'text'} may be higher than these.`,
      ].join(' '),
    })
  }
  const blind = states.filter((state) => state.identity)
  if (blind.length)
    notes.push({
      tone: 'neutral',
      title: `H = I for ${blind.length === states.length ? `all ${plural(states.length, 'layer')}` : plural(blind.length, 'layer')}: no inputs are known.`,
      text: [
        'Every input counts the same, so the loss is plain rounding error, and recipes that follow H gain nothing.',
        `A tensor ${blind[blind.length - 1].facts.layer}.inputs, [tokens, ${blind[blind.length - 1].facts.columns}], beside the weights gives it one.`,
      ].join(' '),
    })
  const dead = states.filter((state) => state.deadColumns > 0)
  if (dead.length) {
    const most = layerName(dead.reduce((a, b) => (b.deadColumns > a.deadColumns ? b : a)).facts)
    const total = dead.reduce((sum, state) => sum + state.deadColumns, 0)
    notes.push({
      tone: 'warn',
      title: `${plural(total, 'input column')} never used in ${plural(dead.length, 'layer')}.`,
      text: `They are zero over the whole calibration text, so nothing can be learned for them; most in ${most}.`,
    })
  }
  const damped = states.flatMap((state) =>
    Object.entries(state.damping).map(([recipe, tried]) => ({ facts: state.facts, recipe, tried })),
  )
  if (damped.length) {
    const { facts, recipe, tried } = damped[0]
    const more = damped.length > 1 ? ` (and ${damped.length - 1} more)` : ''
    notes.push({
      tone: 'neutral',
      title: `Damping raised for ${recipeTitle(recipe)} in ${layerName(facts)}${more}.`,
      text: [
        `Its factor failed with ${list(tried.slice(0, -1).map(String))} and worked with ${tried.at(-1)}.`,
        `It is still ${recipeTitle(recipe)}; the loss is measured without damping.`,
      ].join(' '),
    })
  }
  for (const { text, layer } of run.warnings) notes.push({ tone: 'warn', title: layer ? `${layer}:` : 'Note:', text })
  return notes
}

/** Every matrix without a model is a module of its own: of many, the first. */
function modules(facts: readonly LayerFacts[]): string {
  const names = [...new Set(facts.map(({ module }) => moduleName(module)))]
  return list(names.length > 8 ? [...names.slice(0, 6), `${count(names.length - 6)} more`] : names)
}

/** Which files will refuse the result, and because of which layers; undefined when the group divides every row. */
export function exportNote(plan: Pick<Plan, 'group'>, layers: readonly LayerFacts[]): string | undefined {
  const { group } = plan
  const sentences: string[] = []
  const short = group ? layers.filter(({ columns }) => columns % group !== 0) : []
  if (short.length) {
    const widths = [...new Set(short.map(({ columns }) => columns % Math.min(group, columns) || columns))].sort(
      (a, b) => a - b,
    )
    // MatMulNBits pads the last block, if a block is a power of two from 16 on.
    const onnx = group >= 16 && Number.isInteger(Math.log2(group)) ? [] : ['ONNX']
    const formats = list(['GPTQ', 'compressed-tensors', 'MLX', 'GGUF', ...onnx])
    sentences.push(
      `${modules(short)}: the last group of a row has ${list(widths.map(String))} columns instead of ${group}; ` +
        `${formats} files will refuse these layers.`,
    )
  }
  const ragged = layers.filter(({ rows, columns }) => rows % 32 !== 0 || columns % 32 !== 0)
  if (ragged.length)
    sentences.push(`${modules(ragged)}: rows or columns are not a multiple of 32; GPTQ files will refuse these layers.`)
  return sentences.length ? sentences.join(' ') : undefined
}
