import { expect, test } from 'vitest'
import { OtherNumber, parseStrict } from './json.ts'

test('values as written', () => {
  expect(parseStrict(' {"a": [1, true, false, null, "x\\"\\\\\\u00e9"], "b": {}, "c": []} \n', 'x')).toEqual(
    new Map<string, unknown>([
      ['a', [1, true, false, null, 'x"\\é']],
      ['b', new Map()],
      ['c', []],
    ]),
  )
  expect(parseStrict('9007199254740991', 'x')).toBe(9007199254740991)
  for (const written of ['9007199254740993', '-1', '-0', '1.0', '1e2'])
    expect(parseStrict(written, 'x')).toEqual(new OtherNumber(written))
  expect(parseStrict('{"__proto__": 1, "constructor": 2}', 'x')).toEqual(
    new Map([
      ['__proto__', 1],
      ['constructor', 2],
    ]),
  )
})

test.each([
  ['', 'x: invalid JSON at character 0: unexpected end'],
  ['{', "x: invalid JSON at character 1: expected a string, found ''"],
  ['{"a":1', "x: invalid JSON at character 6: expected '}', found the end"],
  ['{"a":1,}', "x: invalid JSON at character 7: expected a string, found '}'"],
  ['{"a":1,"\\u0061":2}', "x: invalid JSON at character 15: the name 'a' occurs twice"],
  ['[1 2]', "x: invalid JSON at character 3: expected ']', found '2'"],
  ['[1]\0', "x: invalid JSON at character 3: text after the end: '\0'"],
  ['\ufeff{}', "x: invalid JSON at character 0: unexpected '\ufeff'"],
  ['01', "x: invalid JSON at character 1: text after the end: '1'"],
  ['nul', "x: invalid JSON at character 0: unexpected 'n'"],
  ['NaN', "x: invalid JSON at character 0: unexpected 'N'"],
  ["'a'", "x: invalid JSON at character 0: unexpected '''"],
  ['"a', 'x: invalid JSON at character 0: a string without end'],
  ['"\\"', 'x: invalid JSON at character 0: a string without end'],
  ['"\\x"', 'x: invalid JSON at character 0: a string with an invalid escape or control character'],
  ['"\n"', 'x: invalid JSON at character 0: a string with an invalid escape or control character'],
  ['"\\ud800"', 'x: invalid JSON at character 0: a string with half a surrogate pair'],
  ['['.repeat(5000), 'x: invalid JSON at character 129: nested more than 128 levels deep'],
])('refuses %j', (text, message) => {
  expect(() => parseStrict(text, 'x')).toThrow(message)
})
