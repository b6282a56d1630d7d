// What rooms ask of the worker beside the run: one line per kind of question, its parts and its answer. Plain data.
import type { TimedEvent } from '../pipeline/events.ts'
import type { WriteEvent, WritePlan } from '../pipeline/generate-compare.ts'
import type { Identity } from '../pipeline/identity.ts'
import type { Estimate } from '../pipeline/estimate.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { SamplesEvent } from '../pipeline/samples.ts'
import type { Advice, AdviceAsked } from './answers/advice.ts'
import type {
  ColumnsAnswer,
  GroupAnswer,
  GroupAsked,
  LayerAnswer,
  LayerAsked,
  PixelsAnswer,
  PixelsAsked,
  ReplayAnswer,
} from './layer-questions.ts'
import type { NamedText } from './protocol.ts'

/** By kind: what is asked, what comes meanwhile (`never`: nothing), and the answer. */
export interface Questions {
  layer: { ask: LayerAsked; part: never; answer: LayerAnswer }
  'layer-columns': { ask: LayerAsked; part: never; answer: ColumnsAnswer }
  'layer-columns-on-device': { ask: LayerAsked; part: never; answer: ColumnsAnswer }
  'layer-group': { ask: GroupAsked; part: never; answer: GroupAnswer }
  'layer-pixels': { ask: PixelsAsked; part: never; answer: PixelsAnswer }
  'layer-replay': { ask: LayerAsked; part: { moves: number }; answer: ReplayAnswer }
  cells: { ask: OwnTexts & { plan: Plan }; part: TimedEvent[]; answer: { ms: number } }
  /** What is to be known of a plan before it runs. */
  advice: { ask: AdviceAsked; part: never; answer: Advice }
  /** How long it will take; nothing where it was no longer wanted. */
  estimate: { ask: OwnTexts & { plan: Plan; only?: readonly string[] }; part: never; answer: { estimate?: Estimate } }
  identity: { ask: OwnTexts & { plan: Plan }; part: never; answer: Identity }
  samples: {
    ask: Pick<OwnTexts, 'calibration'> & { plan: Plan; most: number; heldOut: number }
    part: SamplesEvent
    answer: { text: string }
  }
  /** What the run's recipes write; `plan`: of the run that solved them. */
  write: { ask: WritePlan; part: WriteEvent[]; answer: { plan?: Plan } }
}

/** The user's own texts, if any. */
export interface OwnTexts {
  calibration?: NamedText
  evaluation?: NamedText
}

export type Kind = keyof Questions

type Entry<K extends Kind> = Questions[K] extends { ask: infer A; part: infer P; answer: infer R }
  ? { ask: A; part: P; answer: R }
  : never

export type Asked<K extends Kind> = Entry<K>['ask']
export type Part<K extends Kind> = Entry<K>['part']
export type Answer<K extends Kind> = Entry<K>['answer']

export type Question = { [K in Kind]: { kind: K; ask: Asked<K> } }[Kind]
