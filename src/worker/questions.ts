// What rooms ask of the worker beside the run: one line per kind of question, its parts and its answer. Plain data.

/** By kind: what is asked, what comes meanwhile (`never`: nothing), and the answer. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- lines are added as rooms need them
export interface Questions {}

export type Kind = keyof Questions

type Entry<K extends Kind> = Questions[K] extends { ask: infer A; part: infer P; answer: infer R }
  ? { ask: A; part: P; answer: R }
  : never

export type Asked<K extends Kind> = Entry<K>['ask']
export type Part<K extends Kind> = Entry<K>['part']
export type Answer<K extends Kind> = Entry<K>['answer']

export type Question = { [K in Kind]: { kind: K; ask: Asked<K> } }[Kind]
