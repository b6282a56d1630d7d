import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { families } from '../model/families.ts'
import { familiesText, renewed } from './families.ts'

test('the README names the families and formats that the code has', () => {
  const readme = readFileSync('README.md', 'utf8')
  // If this fails: npm run families -- --write
  expect(renewed(readme)).toBe(readme)
})

test('every family is in the table, by all its names', () => {
  const text = familiesText()
  for (const { about, modelTypes, architectures } of families)
    for (const name of [about.title, ...modelTypes, ...architectures]) expect(text).toContain(name)
})

test('a README without marks is refused', () => {
  expect(() => renewed('# Nothing')).toThrow('README.md has no <!-- families --> followed by <!-- /families -->')
})
