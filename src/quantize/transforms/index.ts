// Every transform, one line each.
import type { Transform } from '../stage.ts'
import { identity } from './identity.ts'

export const transforms: readonly Transform[] = [identity]
