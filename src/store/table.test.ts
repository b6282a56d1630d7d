import { describe, expect, test } from 'vitest'
import type { TableRow } from './compare.ts'
import { cellValue, modelOrder, nextSort, sortRows } from './table.ts'

const row = (layer: string, gptq: number | undefined, cdquant: number | undefined, columns: number): TableRow => ({
  facts: { layer, block: 0, module: layer, rows: 2, columns },
  status: 'done',
  losses: { gptq, cdquant },
  heldOut: { gptq, cdquant: cdquant === undefined ? undefined : 2 * cdquant },
  lowest: [],
  ...(gptq !== undefined && cdquant !== undefined && { ratio: cdquant / gptq }),
})
const rows = [row('a', 4, 3, 8), row('b', undefined, undefined, 4), row('c', 1, 1.5, 8), row('d', 2, 1, 2)]
const order = (by: string, descending: boolean) =>
  sortRows(rows, { by, descending }, 'loss', 'gptq').map(({ facts }) => facts.layer)

describe('the table', () => {
  test('rows sort by any number, those without one last', () => {
    expect(order('gptq', true)).toEqual(['a', 'd', 'c', 'b'])
    expect(order('gptq', false)).toEqual(['c', 'd', 'a', 'b'])
    expect(order('ratio', false)).toEqual(['d', 'a', 'c', 'b'])
    expect(order('shape', true)).toEqual(['a', 'c', 'b', 'd'])
    expect(order('layer', true)).toEqual(['d', 'c', 'b', 'a'])
    expect(order('layer', false)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('a cell is the loss, its ratio to the yardstick, or the held-out loss', () => {
    expect(cellValue(rows[0], 'cdquant', 'loss', 'gptq')).toBe(3)
    expect(cellValue(rows[0], 'cdquant', 'ratio', 'gptq')).toBe(0.75)
    expect(cellValue(rows[0], 'cdquant', 'heldOut', 'gptq')).toBe(6)
    expect(cellValue(rows[1], 'cdquant', 'ratio', 'gptq')).toBeUndefined()
    expect(cellValue(row('e', 0, 0, 1), 'cdquant', 'ratio', 'gptq')).toBe(1)
    expect(cellValue(row('e', 0, 1, 1), 'cdquant', 'ratio', 'gptq')).toBe(Infinity)
  })

  test('a header falls, rises, and goes back to the order of the model', () => {
    const falling = nextSort(modelOrder, 'gptq')
    expect(falling).toEqual({ by: 'gptq', descending: true })
    expect(nextSort(falling, 'gptq')).toEqual({ by: 'gptq', descending: false })
    expect(nextSort({ by: 'gptq', descending: false }, 'gptq')).toEqual(modelOrder)
    expect(nextSort(falling, 'rtn')).toEqual({ by: 'rtn', descending: true })
    expect(nextSort(modelOrder, 'layer')).toEqual({ by: 'layer', descending: true })
  })
})
