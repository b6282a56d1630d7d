// A model on a hub in the address, and what a link that names one does.
import { expect, test } from 'vitest'
import { hubModel } from '../formats/hub.ts'
import { hubText } from './opening.ts'
import { plainView, readView, writeView } from './view.ts'

test.each([
  ['owner/name', undefined, 'owner/name'],
  ['owner/name@v2', undefined, 'owner/name@v2'],
  ['https://huggingface.co/owner/name/tree/v2', undefined, 'owner/name@v2'],
  ['owner/name', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080/owner/name'],
  ['owner/name@v2', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080/owner/name/tree/v2'],
  [
    'https://huggingface.co/owner/name/blob/main/q8.gguf',
    undefined,
    'https://huggingface.co/owner/name/blob/main/q8.gguf',
  ],
  ['owner/name', 'https://mirror.example/hub', undefined],
])('%s on %s is %s in an address, and means the same there', (text, endpoint, expected) => {
  const model = hubModel(text, endpoint)
  expect(hubText(model)).toBe(expected)
  if (expected !== undefined) expect(hubModel(expected)).toEqual(model)
})

test('a link that names a model leads to the room where it can be opened', () => {
  const search = writeView('play', undefined, { ...plainView, model: 'http://127.0.0.1:80/a/b' }, '?bits=4')
  expect(search).toBe('?bits=4&model=http://127.0.0.1:80/a/b')
  expect(readView(search)).toMatchObject({ room: 'open', view: { model: 'http://127.0.0.1:80/a/b' } })
  expect(readView('?model=a/b&room=lessons').room).toBe('lessons')
})
