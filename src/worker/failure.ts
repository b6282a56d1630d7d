// What went wrong, in the three kinds the page tells apart.
import { InputError } from '../formats/errors.ts'
import { GpuLimitError, GpuLostError } from '../gpu/errors.ts'
import type { FailureKind } from './protocol.ts'

export function errorKind(error: unknown): { kind: FailureKind; message: string } {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof GpuLostError) return { kind: 'lost', message }
  if (error instanceof InputError || error instanceof GpuLimitError) return { kind: 'input', message }
  return { kind: 'internal', message }
}
