// What the page and the worker say to each other. Plain data; Blobs travel by reference and are read by ranges in the worker.
import type { BareFacts } from '../formats/bare.ts'
import type { AdapterFacts } from '../gpu/gpu.ts'
import type { LayerFacts, ModelFacts, TimedEvent } from '../pipeline/events.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { Question } from './questions.ts'

/** A file of a checkpoint; `path` is relative to the dropped folder. */
export interface NamedBlob {
  path: string
  blob: Blob
}

/**
 * A checkpoint: a folder under the page's own address, dropped files, or a model on the Hub, by its id `owner/name` or
 * its address; `endpoint` is another server with the Hub's addresses. Only opening it makes requests. `token` of the
 * user is sent to that server alone, and is never stored.
 */
export type Source =
  | { kind: 'bundled'; name: string }
  | { kind: 'files'; name: string; files: NamedBlob[] }
  | { kind: 'hub'; name: string; id: string; endpoint?: string; token?: string }

/** Text to calibrate or evaluate on. Absent: the bundled model's own. */
export interface NamedText {
  name: string
  text: string
}

/** One line of the check list after opening. */
export interface Check {
  status: 'pending' | 'ok' | 'warning' | 'error' | 'skipped'
  /** What was looked at: 'config.json', 'Shapes', … */
  subject: string
  fact: string
  detail?: string
  /** How far it is, while it is pending. */
  progress?: { done: number; of: number }
}

export interface OpenReport {
  name: string
  from: Source['kind']
  /** Of a model on a server that tells it: all of it is read at this one. */
  commit?: string
  bytes: number
  files: number
  checks: Check[]
  /** Matrices of safetensors that came without config.json: there is no model then, `model` only counts them. */
  bare?: BareFacts
  /** Folders with a config.json each, where more than one is: the user has to choose. */
  folders?: string[]
  /** Absent when a check has status 'error'. */
  model?: ModelFacts
  layers?: LayerFacts[]
}

export type ToWorker =
  /** Where the page's own files are; sent by the client itself. */
  | { type: 'base'; url: string }
  /** Opens a checkpoint; answers `opened`. */
  | { type: 'open'; source: Source }
  /** No longer reads the checkpoint asked for last; what is open stays. */
  | { type: 'cancel' }
  /** `only`: of matrices without a model, those that are to be solved; absent: all. */
  | {
      type: 'run'
      plan: Plan
      calibration?: NamedText
      evaluation?: NamedText
      only?: readonly string[]
      stepping: boolean
    }
  | { type: 'pause' }
  | { type: 'resume' }
  /** Works on until the next layer is solved, then pauses. */
  | { type: 'step' }
  | { type: 'stop' }
  /** A room asks; `part`s and the `answer`, or `refused`, come back with the same id (questions.ts). */
  | { type: 'ask'; id: number; question: Question }
  /** Nobody waits for that answer any more. */
  | { type: 'forget'; id: number }
  /** The page is going away: what is on the disk for it is deleted. */
  | { type: 'leave' }
  /** Destroys the device as the system would, to try out the recovery. */
  | { type: 'lose' }

/** 'input': the user can mend it; 'lost': the device went away, finished layers stay valid; 'internal': a defect. */
export type FailureKind = 'input' | 'lost' | 'internal'

export type RunState = 'idle' | 'opening' | 'running' | 'paused' | 'stopped' | 'finished' | 'failed'

export type FromWorker =
  | { type: 'adapter'; adapter: AdapterFacts }
  /** The browser has no WebGPU, or no adapter. */
  | { type: 'unavailable'; reason: string }
  /** What is known so far; `opened` follows. */
  | { type: 'opening'; report: OpenReport }
  | { type: 'opened'; report: OpenReport }
  /** Bytes that have come from a server for the checkpoint that is being read, or is open. */
  | { type: 'read'; bytes: number }
  /** Why not all of these bytes can be kept on this disk: what is missing there is requested again. */
  | { type: 'unkept'; reason: string }
  | { type: 'events'; events: TimedEvent[] }
  | { type: 'state'; state: RunState; liveBytes: number }
  | { type: 'failed'; kind: FailureKind; message: string }
  | { type: 'part'; id: number; part: unknown }
  | { type: 'answer'; id: number; answer: unknown }
  | { type: 'refused'; id: number; kind: FailureKind; message: string }
