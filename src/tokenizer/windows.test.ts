import { expect, test } from 'vitest'
import { InputError } from '../formats/errors.ts'
import { checkIds, parseTokenText, tokenWindows } from './windows.ts'

const ids = Uint32Array.from({ length: 10 }, (_, i) => i)

test('the first windows, the tail dropped', () => {
  expect(tokenWindows(ids, 3, 2, 'text').map((window) => [...window])).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ])
  expect(tokenWindows(ids, 3, 99, 'text')).toHaveLength(3)
  expect(tokenWindows(ids, 10, 1, 'text')[0]).toEqual(ids)
})

test('refuses too little text', () => {
  expect(() => tokenWindows(new Uint32Array(), 4, 1, 'calibration text')).toThrow(
    new InputError('calibration text is empty'),
  )
  expect(() => tokenWindows(ids, 256, 1, 'evaluation text')).toThrow(
    new InputError('evaluation text has 10 tokens, one window needs 256'),
  )
})

test('ids from a .json file, text from all others', () => {
  expect(parseTokenText('a.JSON', ' [0, 5, 9]\n', 10)).toEqual({ ids: Uint32Array.of(0, 5, 9) })
  expect(parseTokenText('a.txt', '[0, 5, 9]', 10)).toEqual({ text: '[0, 5, 9]' })
})

test.each([
  ['a.txt', ' \n', 'a.txt is empty'],
  ['a.json', '', 'a.json is empty'],
  ['a.json', '[1, 2', 'a.json is not JSON ('],
  ['a.json', '{"ids":[1]}', 'a.json holds no array of token ids'],
  ['a.json', '[]', 'a.json holds no token ids'],
  ['a.json', '[1, 2.5]', 'a.json: item 1 is 2.5, not a token id'],
  ['a.json', '[-1]', 'a.json: item 0 is -1, not a token id'],
  ['a.json', '[1, "2"]', 'a.json: item 1 is "2", not a token id'],
  ['a.json', '[1, 10]', 'a.json: token 10 at position 1, the vocabulary has 10 tokens'],
  ['a.json', '[4294967297]', 'a.json: token 4294967297 at position 0, the vocabulary has 10 tokens'],
])('refuses %s with %j', (name, content, message) => {
  expect(() => parseTokenText(name, content, 10)).toThrow(InputError)
  expect(() => parseTokenText(name, content, 10)).toThrow(message)
})

test('ids within the vocabulary pass', () => {
  checkIds(ids, 10, 'text')
  expect(() => checkIds(ids, 9, 'text')).toThrow('text: token 9 at position 9, the vocabulary has 9 tokens')
})
