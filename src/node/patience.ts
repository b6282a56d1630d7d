// Dawn's package for Node asks for finished work again and again by setImmediate, without a pause, while anything is awaited. Where
// WebGPU runs on the processor that takes a core away from the work itself: on two cores everything takes twice as long.
let patient = false

/** From now on native callbacks given to setImmediate, which are Dawn's, run a millisecond later; all others as before. */
export function pollWithPauses(): void {
  if (patient) return
  patient = true
  const immediate = globalThis.setImmediate
  const isNative = (callback: unknown) => Function.prototype.toString.call(callback).includes('[native code]')
  const paused = (callback: (...args: unknown[]) => void, ...args: unknown[]) =>
    isNative(callback) ? setTimeout(callback, 1, ...args) : immediate(callback, ...args)
  globalThis.setImmediate = Object.assign(paused, immediate) as unknown as typeof setImmediate
}
