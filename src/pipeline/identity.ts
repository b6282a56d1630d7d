// What a run's numbers were measured on, in short: digests of the model and of the windows of tokens.
import { digest } from '../model/digest.ts'
import type { Model } from '../model/model.ts'
import type { RunWindows } from './windows.ts'

export interface Identity {
  /** Of the model: fingerprint.ts. */
  fingerprint: string
  /** Of the calibration windows. */
  calibration: string
  /** Of the held-out windows; absent where there are none. */
  heldOut?: string
  /** Of the evaluation windows; absent where there are none. */
  evaluation?: string
}

/** @throws InputError when the model's tensors cannot be read. */
export async function identify(model: Model, windows: RunWindows): Promise<Identity> {
  const { calibration, heldOut, evaluation } = windows
  return {
    fingerprint: await model.fingerprint(),
    calibration: await windowsDigest(calibration),
    ...(heldOut.length && { heldOut: await windowsDigest(heldOut) }),
    ...(evaluation.length && { evaluation: await windowsDigest(evaluation) }),
  }
}

/** The same ids in windows of another length are another text. */
function windowsDigest(windows: readonly Uint32Array[]): Promise<string> {
  return digest([Uint32Array.of(windows.length, windows[0].length), ...windows.map((ids) => Uint32Array.from(ids))])
}
