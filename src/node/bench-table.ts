// The bench's tables for people.
import type { ShapeChoice } from '../kernels/shape.ts'
import type { KernelTime } from './bench.ts'
import type { LayerTime } from './bench-layers.ts'

/** Columns padded to their widest cell; the first ones to the left, numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[], left: number): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)))
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')
  return `${[line(head), ...rows.map(line)].join('\n')}\n`
}

const digits = (value: number) => (value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(4))

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
  const rows = times.flatMap(({ rows, columns, recipes }) =>
    recipes.map(({ recipe, ms, ratio, moves }) => [
      `${rows} × ${columns}`,
      recipe,
      ms === undefined ? 'over budget' : digits(ms),
      ratio === undefined ? '' : ratio.toFixed(2),
      moves === undefined ? '' : String(moves),
    ]),
  )
  return table(['layer', 'recipe', 'ms', '÷ GPTQ', 'moves'], rows, 2)
}
