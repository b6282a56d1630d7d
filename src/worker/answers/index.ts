// Every kind of question the worker answers, one line each.
import type { Answerers } from '../asking.ts'

export const answerers: Answerers = {}
