// The bench's tables for people.
import type { ShapeChoice } from '../kernels/shape.ts'
import type { KernelTime } from './bench.ts'
import type { LayerTime, Timed } from './bench-layers.ts'
import type { ShapeUse } from './bench-shapes.ts'

/** Columns padded to their widest cell; the first ones to the left, numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[], left: number): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)))
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')
  return `${[line(head), ...rows.map(line)].join('\n')}\n`
}

/** Nothing where a kernel has no such work. */
const digits = (value: number) =>
  value === 0 ? '–' : value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(4)

export function shapeTable(choices: readonly ShapeChoice[]): string {
  const rows = choices.map(({ name, chosen, ms }) => [
    name,
    chosen,
    Object.entries(ms)
      .map(([shape, time]) => `${shape} ${digits(time)} ms`)
      .join(', '),
  ])
  return table(['operation', 'chosen shape', 'measured'], rows, 3)
}

export function kernelTable(times: readonly KernelTime[]): string {
  const rows = times.map(({ kernel, shape, problem, ms, gflops, gbs, share }) => [
    kernel,
    shape ?? '',
    problem,
    digits(ms),
    digits(gflops),
    digits(gbs),
    `${(100 * share).toFixed(1)} %`,
  ])
  return table(['kernel', 'shape', 'problem', 'ms', 'GFLOP/s', 'GB/s', 'of ceiling'], rows, 3)
}

export function layerTable(times: readonly LayerTime[]): string {
  const rows = times.flatMap(({ rows, columns, factorMs, recipes, steps }) => {
    const layer = `${rows} × ${columns}`
    const line = (kind: string, { name, ms, runs, ratio, moves }: Timed) => [
      layer,
      `${kind} ${name}`,
      digits(ms),
      ratio.toFixed(2),
      String(moves),
      String(runs),
    ]
    return [
      [layer, 'factor of H', digits(factorMs), '', '', '1'],
      ...recipes.map((recipe) => line('recipe', recipe)),
      ...steps.map((step) => line('step', step)),
    ]
  })
  return table(['rows × columns', 'what', 'ms', '÷ GPTQ', 'moves', 'runs'], rows, 2)
}

/** Greedy descent's time ÷ GPTQ's, the three ways to ask for it. */
export function ratioTable(times: readonly LayerTime[]): string {
  const rows = times.map(({ rows, columns, recipes, steps }) => [
    `${rows} × ${columns}`,
    ...['cdquant', 'gptq+cdquant'].map((name) => recipes.find((recipe) => recipe.name === name)!.ratio.toFixed(2)),
    steps[1].ratio.toFixed(2),
  ])
  const head = ['rows × columns', 'cdquant ÷ gptq', 'gptq+cdquant ÷ gptq', 'greedy step from GPTQ ÷ GPTQ step']
  return table(head, rows, 1)
}

const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1)

/** A block's bytes and seconds by phase. */
export function memoryTable({ model, layers, tokens, phases, residentBytes, heapBytes, ...all }: ShapeUse): string {
  const ratio = (planned: number, found: number) => (planned / found).toFixed(3)
  const rows = phases.map(({ phase, plannedBytes, peakBytes, seconds }) => [
    phase,
    mebibytes(plannedBytes),
    mebibytes(peakBytes),
    ratio(plannedBytes, peakBytes),
    digits(seconds),
  ])
  rows.push([
    'all',
    mebibytes(all.plannedBytes),
    mebibytes(all.peakBytes),
    ratio(all.plannedBytes, all.peakBytes),
    digits(all.seconds),
  ])
  const shapes = layers.map((one) => `${one.layer.split('.').at(-1)} ${one.rows} × ${one.columns}`).join(', ')
  const head = ['phase', 'planned MiB', 'measured MiB', 'ratio', 's']
  return (
    `${model}, one block: ${shapes}; ${tokens} tokens\n${table(head, rows, 1)}` +
    `process at most ${mebibytes(residentBytes)} MiB, of it JavaScript ${mebibytes(heapBytes)} MiB\n`
  )
}
