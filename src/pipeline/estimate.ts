// How long a plan will take on a device: its work (work.ts) at the rates that were measured (probe.ts), by phase.
import type { DeviceRates, Line, SolveRates } from './probe.ts'
import type { PlanWork, Work } from './work.ts'

export interface Estimate {
  calibratingMs: number
  solvingMs: number
  evaluatingMs: number
  totalMs: number
  /** Between these the run should end; on a machine that does nothing else. */
  rangeMs: [number, number]
}

/** How far runs were from their estimates, as a factor either way. */
const SPREAD = 1.6

const at = ({ fixedMs, perUnitMs }: Line, units: number) => fixedMs + perUnitMs * units

/** Sums are of work done one after another: the parts of a run do not overlap. */
export function estimateOf(work: PlanWork, device: DeviceRates, solve: SolveRates): Estimate {
  const passing = ({ products, grams, attention, elements, weights, waits }: Work) =>
    products * device.product +
    grams * device.gram +
    attention * device.attention +
    elements * device.element +
    weights * device.weight +
    waits * device.wait
  const calibratingMs = passing(work.calibrating)
  const evaluatingMs = passing(work.evaluating)
  const { layers, hessians, weights } = work.solving
  const solvingMs =
    layers.reduce((sum, { rows, columns, times }) => sum + times * at(solve.layer, rows * columns ** 2), 0) +
    hessians.reduce((sum, { columns, times }) => sum + times * at(solve.hessian, columns ** 3), 0) +
    weights * device.weight
  const totalMs = calibratingMs + solvingMs + evaluatingMs
  return { calibratingMs, solvingMs, evaluatingMs, totalMs, rangeMs: [totalMs / SPREAD, totalMs * SPREAD] }
}
