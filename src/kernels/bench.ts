// What a NAME.bench.ts beside a kernel exports: the kernel at growing sizes, with what it must move and compute.
import type { Batch } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { Scope } from '../gpu/scope.ts'

export interface BenchCase {
  /** The kernel's shape, where it has several. */
  shape?: string
  /** The problem: '512 × 512 × 512'. */
  problem: string
  /** Bytes that must be read and written at least once. */
  bytes: number
  /** Floating-point operations; a multiply-add is two. */
  flops: number
  record(batch: Batch): void
}

export interface KernelBench {
  name: string
  /** Cases of one size: matrices of size × size, or as many tokens of so many columns. Buffers belong to the scope. */
  cases(gpu: Gpu, scope: Scope, size: number): BenchCase[]
}

/** A buffer of `count` floats that are neither zero nor denormal. */
export function floats(scope: Scope, label: string, count: number): GpuBuffer {
  const data = new Float32Array(count)
  for (let i = 0; i < Math.min(count, 101); i++) data[i] = ((i * 37) % 101) / 101 - 0.49
  return scope.upload(label, repeated(data, 101))
}

/** A buffer of `count` codes of three bits, one to a word. */
export function codes(scope: Scope, label: string, count: number): GpuBuffer {
  const data = new Uint32Array(count)
  for (let i = 0; i < Math.min(count, 101); i++) data[i] = (i * 37) % 8
  return scope.upload(label, repeated(data, 101))
}

/** Scales and zeros of `count` groups, whose eight levels span the floats above. */
export function levels(scope: Scope, count: number): { scales: GpuBuffer; zeros: GpuBuffer } {
  return {
    scales: scope.upload('scales', new Float32Array(count).fill(0.125)),
    zeros: scope.upload('zeros', new Float32Array(count).fill(4)),
  }
}

/** The columns as they come. */
export function naturalOrder(scope: Scope, columns: number): GpuBuffer {
  return scope.upload(
    'order',
    Uint32Array.from({ length: columns }, (_, t) => t),
  )
}

/** A positive definite matrix that is its own factor, so that every repetition does the same work. */
export function unitMatrix(scope: Scope, label: string, size: number): GpuBuffer {
  const data = new Float32Array(size * size)
  for (let i = 0; i < size; i++) data[i * (size + 1)] = 1
  return scope.upload(label, data)
}

/** Fills an array with its first `period` numbers: doubling copies take a tenth of the time of computing each one. */
function repeated<T extends Float32Array | Uint32Array>(data: T, period: number): T {
  for (let done = period; done < data.length; done *= 2) data.copyWithin(done, 0, done)
  return data
}
