// Records in the browser's own database (IndexedDB), one entry each.
import { createStore, delMany, setMany, values } from 'idb-keyval'
import type { Shelf } from './records-book.ts'

/** Named after the form of a record: another form begins a new one. */
const NAME = 'results-1'

/** Opened when it is first used: where the browser has no database, or allows none, that rejects. */
export function browserShelf(): Shelf {
  let opened: ReturnType<typeof createStore> | undefined
  const open = () => (opened ??= createStore(NAME, 'records'))
  return {
    load: async () => values(open()),
    put: async (records) =>
      setMany(
        records.map((one) => [one.key, one]),
        open(),
      ),
    remove: async (keys) => delMany([...keys], open()),
  }
}
