// Hessians that a solver may see in place of the true one: with the largest eigenvalues lowered, or with damping on the
// diagonal. Each is made once and belongs to the Hessian it was made from.
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { clipEigenvalues, type ClipFacts } from './eigen-clip.ts'
import type { EigenHead } from './eigen-head.ts'
import type { EigenClip, Hessian } from './hessian.ts'

export class HessianViews {
  private readonly made = new Map<string, Promise<Hessian>>()
  /** Eigenvectors found so far. */
  private head: Promise<EigenHead | undefined> = Promise.resolve(undefined)

  constructor(
    private readonly gpu: Gpu,
    private readonly source: Hessian,
    /** Takes over the matrix. */
    private readonly create: (matrix: RowTiles, clipping?: ClipFacts) => Hessian,
  ) {}

  clipped(clip: EigenClip): Promise<Hessian> {
    const { fraction, threshold } = clip
    if (fraction === 0 && threshold === 0) return Promise.resolve(this.source)
    return this.once(`clipped ${fraction} ${threshold}`, () => this.clip(clip))
  }

  damped(fraction: number): Promise<Hessian> {
    if (fraction === 0) return Promise.resolve(this.source)
    return this.once(`damped ${fraction}`, () => this.damp(fraction))
  }

  private once(key: string, make: () => Promise<Hessian>): Promise<Hessian> {
    let view = this.made.get(key)
    if (!view) this.made.set(key, (view = make()))
    return view
  }

  private async clip(clip: EigenClip): Promise<Hessian> {
    const { gpu, source } = this
    const { matrix, columns } = source
    const input = { matrix, columns, mean: await source.meanDiagonal(), dead: await source.deadColumns() }
    // One after another: each begins with the eigenvectors that the last one found.
    const clipping = this.head.then((head) => clipEigenvalues(gpu, input, clip, head))
    this.head = clipping.then(
      ({ head }) => head,
      () => undefined,
    )
    const { clipped } = await clipping
    if (!clipped) return source
    const { matrix: lower, ...facts } = clipped
    return this.create(lower, facts)
  }

  private async damp(fraction: number): Promise<Hessian> {
    const { gpu, source } = this
    const { matrix, columns } = source
    const values = await source.diagonalValues()
    const added = fraction * (await source.meanDiagonal())
    const result = RowTiles.create(gpu, 'damped hessian', columns, columns)
    const batch = gpu.batch('damped hessian')
    result.copyFrom(batch, matrix)
    batch.flush()
    for (const { first, rows, buffer } of result.tiles)
      for (let j = first; j < first + rows; j++)
        if (values[j] > 0) gpu.write(buffer, Float32Array.of(values[j] + added), 4 * ((j - first) * columns + j))
    return this.create(result)
  }
}
