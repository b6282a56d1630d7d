// Every transform, one line each.
import type { Transform } from '../stage.ts'
import { channelScale } from './channel-scale.ts'
import { frame } from './frame.ts'
import { identity } from './identity.ts'
import { incoherence } from './incoherence.ts'

export const transforms: readonly Transform[] = [identity, channelScale, incoherence, frame]
