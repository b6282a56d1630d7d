// How far a run is, as a fold over its events: for the command line's bar and the page's remaining time.
import type { RunEvent } from './events.ts'

export interface WorkDone {
  /** Multiply-adds of the whole run and of what is done, estimated. */
  total: number
  done: number
  /** Layers every recipe has solved, of all. */
  solved: number
  layers: number
  /** What is going on. */
  text: string
  /** Multiply-adds of one step of each kind. */
  step: { calibrating: number; layer: Record<string, number>; evaluating: number }
  finished: boolean
}

/**
 * Folds one event. A block's forward pass counts tokens × weights, a Hessian tokens × columns² / 2, the solution of a layer by one recipe
 * five products of its weights with the Hessian, an evaluation the blocks and the output head.
 */
export function workDone(before: WorkDone | undefined, event: RunEvent): WorkDone {
  if (event.event === 'started') return begin(event)
  if (!before)
    return {
      total: 1,
      done: 0,
      solved: 0,
      layers: 0,
      text: 'opening',
      step: { calibrating: 0, layer: {}, evaluating: 0 },
      finished: false,
    }
  const { step, layers } = before
  switch (event.event) {
    case 'calibrating':
      return {
        ...before,
        done: before.done + step.calibrating,
        text: `block ${event.block}: calibrating, ${event.windows} of ${event.of} windows`,
      }
    case 'layer':
      return {
        ...before,
        done: before.done + step.layer[event.layer],
        text: `${before.solved} of ${layers} layers: ${event.layer}`,
      }
    case 'solved':
      return { ...before, solved: before.solved + 1, text: `${before.solved + 1} of ${layers} layers` }
    case 'evaluating':
      return {
        ...before,
        done: before.done + step.evaluating,
        text: `perplexity of ${event.model}: ${event.windows} of ${event.of} windows`,
      }
    case 'finished':
      return { ...before, done: before.total, text: 'finished', finished: true }
    default:
      return before
  }
}

function begin({ layers, plan, model, calibration, evaluation, cached }: RunEvent & { event: 'started' }): WorkDone {
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
  const weights = sum(layers.map(({ rows, columns }) => rows * columns))
  const products = Object.fromEntries(layers.map(({ layer, rows, columns }) => [layer, 5 * rows * columns * columns]))
  const hessians = sum(
    layers.filter(({ module }) => !/k_proj|v_proj|up_proj/.test(module)).map(({ columns }) => columns ** 2 / 2),
  )
  const perBlock = 1 / Math.max(1, model.blocks)
  const step = {
    calibrating: cached ? 0 : plan.window * (weights + hessians) * perBlock,
    layer: products,
    evaluating: plan.window * (weights + model.vocabulary * model.hidden),
  }
  const total =
    step.calibrating * calibration.windows * model.blocks +
    sum(Object.values(products)) * plan.recipes.length +
    step.evaluating * evaluation.windows * (plan.recipes.length + 1)
  return { total, done: 0, solved: 0, layers: layers.length, text: 'starting', step, finished: false }
}
