// The model families, one line each.
import { gemma, gemma2, gemma3 } from './families/gemma.ts'
import { llama } from './families/llama.ts'
import { mistral } from './families/mistral.ts'
import { qwen2, qwen3 } from './families/qwen.ts'
import type { Family } from './family.ts'

export const families: readonly Family[] = [llama, mistral, qwen2, qwen3, gemma, gemma2, gemma3]
