// The model families, one line each.
import { bloom } from './families/bloom.ts'
import { falcon } from './families/falcon.ts'
import { gemma, gemma2, gemma3 } from './families/gemma.ts'
import { gpt2 } from './families/gpt2.ts'
import { gptNeox } from './families/gpt-neox.ts'
import { llama } from './families/llama.ts'
import { mistral } from './families/mistral.ts'
import { opt } from './families/opt.ts'
import { phi } from './families/phi.ts'
import { phi3 } from './families/phi3.ts'
import { qwen2, qwen3 } from './families/qwen.ts'
import { stablelm } from './families/stablelm.ts'
import type { Family } from './family.ts'

export const families: readonly Family[] = [
  llama,
  mistral,
  qwen2,
  qwen3,
  ...[gemma, gemma2, gemma3],
  gpt2,
  opt,
  gptNeox,
  phi,
  phi3,
  bloom,
  falcon,
  stablelm,
]
