// Every step, one line each.
import type { Step } from '../stage.ts'
import { block } from './block.ts'
import { continuation } from './continuation.ts'
import { cyclic } from './cyclic.ts'
import { gptq } from './gptq.ts'
import { greedy } from './greedy.ts'
import { nearest } from './nearest.ts'
import { quantease } from './quantease.ts'
import { refit } from './refit.ts'

export const steps: readonly Step[] = [nearest, gptq, quantease, cyclic, greedy, continuation, block, refit]
