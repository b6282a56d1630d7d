import { expect, test } from 'vitest'
import { csv } from './csv.ts'

test('cells with commas, quotes and line breaks are quoted; numbers keep their digits; nothing is an empty cell', () => {
  expect(csv([['layer', 'a,b', 'say "x"'], ['two\nlines', 0.1 + 0.2, undefined], []])).toBe(
    'layer,"a,b","say ""x"""\r\n"two\nlines",0.30000000000000004,\r\n\r\n',
  )
})

test('a text that a spreadsheet would run stays a text; negative numbers stay numbers', () => {
  expect(csv([['=1+1', '@x', -1.5, '-1']])).toBe("'=1+1,'@x,-1.5,'-1\r\n")
})
