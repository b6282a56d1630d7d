// Errors of the GPU. Callbacks record them; the foreground throws them (see Gpu.check).

/** The device went away (driver reset, tab in the background, out of memory). Nothing on it survives. */
export class GpuLostError extends Error {
  override name = 'GpuLostError'
  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(`the GPU device was lost (${reason || 'unknown'})${message ? `: ${message}` : ''}`)
  }
}

/** A validation, compilation or out-of-memory error; the message names the kernel, and the WGSL line where there is one. */
export class GpuError extends Error {
  override name = 'GpuError'
}

/** A limit of this adapter is too small for what is asked; the message says which tensor needs how many bytes. */
export class GpuLimitError extends Error {
  override name = 'GpuLimitError'
}
