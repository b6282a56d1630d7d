// A plan against the model and the texts it is to run on, or against matrices: one line per thing, each with the plan that would mend it.
// 'error': the run refuses it; 'warning': it runs, and something is to be known first.
import type { BareLayer } from '../formats/bare.ts'
import type { LayerFacts } from '../model/facts.ts'
import type { Model } from '../model/model.ts'
import type { Plan } from './plan.ts'

export interface PlanCheck {
  status: 'ok' | 'warning' | 'error'
  subject: string
  fact: string
  detail?: string
  /** Layers it is about, by tensor path, where it is not about all of them. */
  layers?: string[]
  /** A change of the plan that mends it, and what it is called. */
  offer?: { label: string; change: Partial<Plan> }
}

/** A text as the model's tokenizer reads it, or why it cannot. */
export type ReadText = { name: string; tokens: number } | { name: string; problem: string }

export interface PlanTexts {
  calibration: ReadText
  evaluation: ReadText
}

/** Tokens that a Hessian wants per column. */
export const TOKENS_PER_COLUMN = 4

/** Groups that files of quantized weights take; below them a scale costs more than it saves. */
const LEAST_GROUP = 16

type Checked = Pick<Model, 'facts' | 'layers' | 'design'>

const count = (value: number) => value.toLocaleString('en-US')
const plural = (value: number, noun: string) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`

/** Every line, those about the plan's shapes first. */
export function planChecks(model: Checked, plan: Plan, texts: PlanTexts): PlanCheck[] {
  return [
    groupCheck(model.layers, plan),
    windowCheck(model, plan),
    ...textChecks('calibration', texts.calibration, plan, model.layers),
    ...textChecks('evaluation', texts.evaluation, plan, model.layers),
  ]
}

/** The lines that make sense without a model. */
export function bareChecks(matrices: readonly BareLayer[], plan: Plan): PlanCheck[] {
  const { mode, heldOut, correction } = plan
  const without = { mode: 'quick', heldOut: 0, correction: 0 } as const
  const alone: PlanCheck = {
    status: 'warning',
    subject: 'Without a model',
    fact: 'Faithful mode and held-out windows need one: they are left out',
    offer: { label: 'the quick mode, nothing held out', change: without },
  }
  return [
    groupCheck(matrices, plan),
    ...inputsCheck(matrices),
    ...(mode === 'faithful' || heldOut > 0 || correction > 0 ? [alone] : []),
  ]
}

/** Matrices with inputs want as many tokens per column as those of a model. */
function inputsCheck(matrices: readonly BareLayer[]): PlanCheck[] {
  const own = matrices.flatMap(({ layer, columns, inputs }) =>
    inputs ? [{ layer, columns, tokens: inputs.tokens, per: inputs.tokens / columns }] : [],
  )
  if (!own.length) return []
  const subject = 'Tokens of inputs'
  const least = own.reduce((a, b) => (b.per < a.per ? b : a))
  const { layer, tokens, columns } = least
  const fact = `${count(tokens)} are ${Number(least.per.toPrecision(3))} per column of ${layer} (${count(columns)})`
  const few = own.filter(({ per }) => per < TOKENS_PER_COLUMN)
  if (!few.length) return [{ status: 'ok', subject, fact: `${fact}, and no matrix has fewer` }]
  return [
    {
      status: 'warning',
      subject,
      fact: `${fact}; ${TOKENS_PER_COLUMN} are advised`,
      detail: 'With fewer, losses on unseen inputs may be higher',
      layers: few.map((one) => one.layer),
    },
  ]
}

/** The largest power of two up to `group` that divides every row; 0 (one group per row) where none from 16 on does. */
export function dividingGroup(group: number, layers: readonly Pick<LayerFacts, 'columns'>[]): number {
  for (let size = 2 ** Math.floor(Math.log2(group)); size >= LEAST_GROUP; size /= 2)
    if (layers.every(({ columns }) => columns % size === 0)) return size
  return 0
}

function groupCheck(layers: readonly Pick<LayerFacts, 'layer' | 'columns'>[], { group }: Plan): PlanCheck {
  const subject = 'Group'
  if (group <= 0)
    return {
      status: 'ok',
      subject,
      fact: group ? 'One group for a whole layer' : 'One group per row, as wide as it is',
    }
  const odd = layers.filter(({ columns }) => columns % group !== 0)
  if (!odd.length) return { status: 'ok', subject, fact: `${count(group)} columns divide every row` }
  const narrow = odd.filter(({ columns }) => columns < group)
  const change = dividingGroup(group, layers)
  const widths = [...new Set(odd.map(({ columns }) => columns))].sort((a, b) => a - b).map(count)
  const those = odd.length === layers.length ? 'any of the layers' : plural(odd.length, 'layer')
  return {
    status: narrow.length ? 'error' : 'warning',
    subject,
    fact: narrow.length
      ? `${count(group)} is larger than the rows of ${plural(narrow.length, 'layer')} (${count(narrow[0].columns)} columns)`
      : `${count(group)} does not divide ${those} (${widths.join(', ')} columns)`,
    detail: narrow.length ? 'A run refuses it' : 'The last group of a row is then shorter, and most files refuse that',
    layers: odd.map(({ layer }) => layer),
    offer: { label: change ? `groups of ${change}` : 'one group per row', change: { group: change } },
  }
}

/** Learned positions end where their table ends; others go on, though the model was not made for it. */
function windowCheck({ facts, design }: Checked, { window }: Plan): PlanCheck {
  const { positions: table } = design.embedding
  const positions = table && table.rows - table.offset
  const subject = 'Window'
  const most = Math.min(facts.context, positions ?? Infinity)
  if (window <= most)
    return {
      status: 'ok',
      subject,
      fact: `${count(window)} of the ${count(most)} tokens the model was made for`,
    }
  const offer = { label: `windows of ${count(most)} tokens`, change: { window: most } }
  return positions !== undefined && window > positions
    ? {
        status: 'error',
        subject,
        fact: `${plural(window, 'token')}; the model has learned ${plural(positions, 'position')}`,
        detail: 'A run refuses it',
        offer,
      }
    : {
        status: 'warning',
        subject,
        fact: `${plural(window, 'token')}, longer than the ${count(facts.context)} the model was made for`,
        detail: 'Losses and perplexity at such places say little about the model',
        offer,
      }
}

type Use = keyof PlanTexts

const asked = (use: Use, { samples, heldOut, windows }: Plan) => (use === 'calibration' ? samples + heldOut : windows)

function textChecks(use: Use, text: ReadText, plan: Plan, layers: readonly LayerFacts[]): PlanCheck[] {
  const subject = use === 'calibration' ? 'Calibration text' : 'Evaluation text'
  const wanted = asked(use, plan)
  if (!wanted) return [{ status: 'ok', subject, fact: 'Not used: no windows are evaluated' }]
  if ('problem' in text) return [{ status: 'error', subject, fact: text.problem, detail: 'A run refuses it' }]
  const { name, tokens } = text
  const has = Math.floor(tokens / plan.window)
  if (!has) {
    const shorter = 2 ** Math.floor(Math.log2(tokens))
    return [
      {
        status: 'error',
        subject,
        fact: `${name} has ${plural(tokens, 'token')}, one window needs ${count(plan.window)}`,
        detail: 'A run refuses it',
        ...(shorter >= 2 && { offer: { label: `windows of ${count(shorter)} tokens`, change: { window: shorter } } }),
      },
    ]
  }
  const line: PlanCheck =
    has < wanted
      ? {
          status: 'warning',
          subject,
          fact: `${name} has ${count(has)} of the ${plural(wanted, 'window')} asked for`,
          detail: `${plural(tokens, 'token')} with this tokenizer; the run takes what there is`,
        }
      : {
          status: 'ok',
          subject,
          fact: `${name}: ${plural(tokens, 'token')} with this tokenizer`,
          detail: `${count(wanted)} of its ${plural(has, 'window')} of ${count(plan.window)} are used`,
        }
  return use === 'calibration' ? [line, enoughCheck(has, plan, layers)] : [line]
}

/** A Hessian of fewer tokens than columns is singular; 4 per column are advised. `has`: windows of the text. */
function enoughCheck(has: number, { samples, heldOut, window }: Plan, layers: readonly LayerFacts[]): PlanCheck {
  const subject = 'Calibration tokens'
  const tokens = Math.min(samples, has) * window
  const widest = Math.max(...layers.map(({ columns }) => columns))
  const per = (tokens / widest).toPrecision(3)
  const few = layers.filter(({ columns }) => tokens < TOKENS_PER_COLUMN * columns)
  if (!few.length)
    return { status: 'ok', subject, fact: `${count(tokens)}, ${Number(per)} per column of the widest layer` }
  const needed = Math.ceil((TOKENS_PER_COLUMN * widest) / window)
  const offered = Math.min(needed, has - heldOut)
  return {
    status: 'warning',
    subject,
    fact:
      `${count(tokens)} are ${Number(per)} per column of the widest layer (${count(widest)}); ` +
      `${TOKENS_PER_COLUMN} are advised`,
    detail:
      offered >= needed
        ? `That takes ${plural(needed, 'window')}; with fewer, losses on unseen text may be higher`
        : `That takes ${plural(needed, 'window')}, the text has ${count(has)}: a longer one is needed`,
    layers: few.map(({ layer }) => layer),
    ...(offered > samples && { offer: { label: `${plural(offered, 'window')}`, change: { samples: offered } } }),
  }
}
