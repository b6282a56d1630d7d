// What a NAME.bench.ts beside a kernel exports: the kernel at growing sizes, with what it must move and compute.
import type { Batch } from '../gpu/batch.ts'
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
export function floats(scope: Scope, label: string, count: number) {
  return scope.upload(
    label,
    Float32Array.from({ length: count }, (_, i) => ((i * 37) % 101) / 101 - 0.49),
  )
}
