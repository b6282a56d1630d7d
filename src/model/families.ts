// The model families, one line each.
import type { Family } from './family.ts'
import { llama } from './llama.ts'

export const families: readonly Family[] = [llama]
