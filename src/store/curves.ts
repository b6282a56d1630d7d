// What the charts draw: the descents of one layer in units of the yardstick's loss, the losses of all layers, the
// perplexities.
import { challenger, isPlainRounding, ratio, reference } from './compare.ts'
import type { CurvePoint, Run } from './run.ts'
import { plural } from './wording.ts'

/** x in moves per row, y in units of the yardstick's loss. */
export interface Polyline {
  recipe: string
  points: readonly { x: number; y: number }[]
}

export interface DescentCurve extends Polyline {
  /** Still falling. */
  live: boolean
  /** The end: its moves per row, and its loss ÷ the yardstick's. */
  x: number
  ratio: number
}

export interface DescentData {
  layer: string
  /** Recipes with a descent, in plan order. */
  curves: readonly DescentCurve[]
  /** Where the descents from plain rounding start. */
  start?: { recipe: string; ratio: number }
  yardstick: string
  challenger?: string
  /** Challenger ÷ yardstick at this moment. */
  gap?: number
  /** A place on the x axis that is looked at. */
  at?: number
}

const scaledPoints = new WeakMap<readonly CurvePoint[], Polyline['points']>()

/** Undefined until the yardstick has solved the layer. */
export function descentData(run: Run, layer: string | undefined): DescentData | undefined {
  const names = run.plan?.recipes ?? []
  const state = layer === undefined ? undefined : run.layers[layer]
  const yardstick = reference(names)
  if (!state || layer === undefined || yardstick === undefined || !state.results[yardstick]) return undefined
  const unit = state.results[yardstick].objective || Number.MIN_VALUE
  const { rows } = state.facts
  const scaled = (points: readonly CurvePoint[]) => {
    const known =
      scaledPoints.get(points) ?? points.map(({ moves, objective }) => ({ x: moves / rows, y: objective / unit }))
    scaledPoints.set(points, known)
    return known
  }
  const curves = names.flatMap((recipe): DescentCurve[] => {
    const points = recipe === yardstick ? [] : scaled(state.curves[recipe] ?? [])
    const end = points[points.length - 1]
    if (!end) return []
    return [{ recipe, points, live: !state.results[recipe], x: end.x, ratio: ratio(state, recipe, yardstick) ?? end.y }]
  })
  const data: DescentData = { layer, curves, yardstick }
  const rounding = names.find(isPlainRounding)
  const start = rounding === yardstick ? undefined : ratio(state, rounding, yardstick)
  if (rounding !== undefined && start !== undefined) data.start = { recipe: rounding, ratio: start }
  const leading = challenger(names)
  if (leading !== undefined) data.challenger = leading
  const gap = ratio(state, leading, yardstick)
  if (gap !== undefined) data.gap = gap
  return data
}

/** Value of a polyline at x, between its points along the straight; undefined outside of its span. */
export function valueAt(points: Polyline['points'], x: number): number | undefined {
  const next = points.findIndex((point) => point.x >= x)
  if (next < 0 || (next === 0 && points[0].x > x)) return undefined
  const b = points[next]
  const a = points[next - 1]
  return a && b.x > a.x ? a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x) : b.y
}

/** One layer of the depth chart. */
export interface DepthRow {
  index: number
  layer: string
  block: number
  module: string
  /** Relative loss by recipe. */
  loss: Readonly<Record<string, number>>
  /** ÷ the yardstick's, by recipe. */
  ratio: Readonly<Record<string, number>>
}

const rowCache = new WeakMap<object, DepthRow>()

/** Rows of layers without news are the same objects, so that the chart can skip them. */
export function depthRows(run: Run): readonly DepthRow[] {
  const names = run.plan?.recipes ?? []
  const yardstick = reference(names)
  return run.order.map((layer, index) => {
    const state = run.layers[layer]
    const known = rowCache.get(state.results)
    if (known) return known
    const solved = names.filter((name) => state.results[name])
    const ratios = solved.flatMap((name) => {
      const value = name === yardstick ? undefined : ratio(state, name, yardstick)
      return value === undefined ? [] : [[name, value] as const]
    })
    const { block, module } = state.facts
    const loss = Object.fromEntries(solved.map((name) => [name, state.results[name].relative]))
    const row = { index, layer, block, module, loss, ratio: Object.fromEntries(ratios) }
    rowCache.set(state.results, row)
    return row
  })
}

/** Marks of the depth chart at their layers. */
export interface DepthMark {
  index: number
  /** The last of the neighbouring layers with the same kind of mark. */
  to: number
  kind: 'damping' | 'few' | 'dead'
  /** Beside the icon. */
  label: string
  /** The whole fact. */
  text: string
}

/** In the order of the layers; neighbours with the same kind of mark share one. */
export function depthMarks(run: Run): readonly DepthMark[] {
  const marks: DepthMark[] = []
  const put = (index: number, mark: Omit<DepthMark, 'index' | 'to'>) => {
    const before = marks.findLast(({ kind }) => kind === mark.kind)
    if (before && before.to >= index - 1) before.to = index
    else marks.push({ index, to: index, ...mark })
  }
  run.order.forEach((layer, index) => {
    const { damping, few, deadColumns, tokens, facts } = run.layers[layer]
    for (const [recipe, tried] of Object.entries(damping)) {
      const worked = tried[tried.length - 1]
      const failures = plural(tried.length - 1, 'time')
      const text = `damping raised from ${tried[0]} to ${worked} for ${recipe}, because the factor failed ${failures}`
      put(index, { kind: 'damping', label: `λ ${worked}`, text })
    }
    if (few)
      put(index, {
        kind: 'few',
        label: 'few tokens',
        text: `${tokens} calibration tokens for ${facts.columns} columns, fewer than 4 per column`,
      })
    if (deadColumns)
      put(index, {
        kind: 'dead',
        label: `${deadColumns} dead`,
        text: `${deadColumns} of ${facts.columns} input columns are always zero`,
      })
  })
  return marks
}
