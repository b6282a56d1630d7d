// Drives the pair moves of block descent on the GPU: pieces of partitions, drawn here and uploaded, and the live curve.
import type { Batch } from '../../gpu/batch.ts'
import type { GpuBuffer } from '../../gpu/buffer.ts'
import { bindableBytes } from '../../gpu/row-tiles.ts'
import { Scope } from '../../gpu/scope.ts'
import { block, blockLayout, quadsOf } from '../../kernels/block.ts'
import { blockCouplings, couplingsBytes, MOST_COLUMNS, pairWord } from '../../kernels/block-couplings.ts'
import { blockWork, openingsBytes } from '../../kernels/block-thread.ts'
import { partsOf, stepSums } from '../../kernels/step-sums.ts'
import { Curve } from '../descent-curve.ts'
import type { DescentPoint, Work } from '../stage.ts'
import { partitions, type Draw, type Pair } from './block-partitions.ts'

export interface PairLimits {
  /** Partitions in all. */
  steps: number
  /** Partitions without a gain after which a row stops. */
  patience: number
  draw: Draw
  seed: number
}

/** Submits' worth of work in one piece: a stop waits for so many. */
const SUBMITS = 3
/** Bytes of a piece's pairs, couplings and gains. */
const PIECE_BYTES = 2 ** 26
/** Pieces of a curve whose points are measured one by one. */
const HIDDEN_PIECES = 32

/**
 * Moves pairs of codes, with the measure's product, until the limits. Gives the codes that moved and what that changed
 * in the objective that solvers see. @throws RangeError beyond 65536 columns.
 */
export async function* pairMoves(
  work: Work,
  limits: PairLimits,
  objective: number,
): AsyncGenerator<DescentPoint[], { moves: number; gain: number }> {
  const { gpu, levels, codes, measure, truth } = work
  using scope = new Scope(gpu)
  const pieces = new PairPieces(work, limits, scope)
  const curve = new Curve()
  let moves = 0
  let gain = 0
  let quiet = 0
  for (let done = 0; done < limits.steps && quiet < limits.patience;) {
    const steps: number = Math.min(pieces.longest, limits.steps - done)
    pieces.run(steps, done === 0)
    const sums = await pieces.read(steps)
    const points: DescentPoint[] = []
    for (const [change, moved] of sums) {
      quiet = moved > 0 ? 0 : quiet + 1
      if (moved === 0) continue
      moves += moved
      gain += change
      points.push({ moves, objective: objective + gain })
    }
    done += steps
    if (!points.length) continue
    measure.changed()
    // Where solvers see another H or target than the true one, their gains say nothing of the true loss.
    yield curve.add(truth === measure ? points : [{ moves, objective: await truth.objective(codes, levels) }])
  }
  const last = curve.end()
  if (last.length) yield last
  return { moves, gain }
}

class PairPieces {
  /** Partitions of a piece. */
  readonly longest: number
  private readonly drawn: Generator<Pair[], never>
  private readonly quads: number
  /** Partitions of a dispatch. */
  private readonly chunk: number
  private readonly pairs: GpuBuffer
  private readonly couplings: GpuBuffer
  private readonly openings: GpuBuffer
  private readonly gains: GpuBuffer
  private readonly sums: GpuBuffer

  constructor(
    private readonly work: Work,
    private readonly limits: PairLimits,
    scope: Scope,
  ) {
    const { gpu, problem, truth, measure } = work
    const { rows, columns } = problem
    if (columns > MOST_COLUMNS)
      throw new RangeError(`block descent holds a column in 16 bits, at most ${MOST_COLUMNS} columns, not ${columns}`)
    this.drawn = partitions(columns, limits.draw, limits.seed)
    this.quads = quadsOf(columns)
    const one = blockWork({ rows, columns: 0, steps: 1, quads: this.quads })
    const [pair, row] = [48 * this.quads, 8 * rows]
    const fitting = (bindableBytes(gpu.adapter) - couplingsBytes({ columns, steps: 0, quads: 0 })) / Math.max(pair, row)
    const enough = truth === measure ? limits.steps : Math.ceil(limits.steps / HIDDEN_PIECES)
    const affordable = Math.floor((SUBMITS * gpu.workPerSubmit) / one)
    this.longest = Math.max(1, Math.min(enough, affordable, Math.floor(Math.min(fitting, PIECE_BYTES / (pair + row)))))
    this.chunk = Math.max(1, Math.floor(gpu.workPerSubmit / one))
    this.pairs = scope.buffer('pairs', 16 * this.quads * this.longest)
    this.couplings = scope.buffer('couplings', couplingsBytes({ columns, steps: this.longest, quads: this.quads }))
    this.openings = scope.buffer('openings', openingsBytes(rows, columns))
    this.gains = scope.buffer('gains', 8 * rows * this.longest)
    this.sums = scope.buffer('pair sums', 8 * partsOf(rows) * this.longest)
  }

  /** Runs a piece. `fresh`: codes and product are not those that a piece left. */
  run(steps: number, fresh: boolean): void {
    const { gpu, problem } = this.work
    const { pairs, couplings, gains, sums, quads } = this
    const { rows, columns, hessian } = problem
    gpu.write(pairs, this.draw(steps))
    const batch = gpu.batch('block descent')
    batch.clear(gains)
    const { matrix, diagonal } = hessian
    blockCouplings(batch, { hessian: matrix, diagonal, pairs, couplings }, { columns, steps, quads })
    for (let first = 0; first < steps; first += this.chunk)
      this.record(batch, first, Math.min(this.chunk, steps - first), fresh && first === 0)
    stepSums(batch, { gains, sums }, { steps, rows, before: 0 })
    batch.flush()
  }

  private record(batch: Batch, first: number, steps: number, fresh: boolean): void {
    const { gpu, problem, levels, codes, measure } = this.work
    const { pairs, couplings, openings, gains, quads } = this
    const { rows, columns } = problem
    const { width, groups, bits, scales } = levels
    const { patience } = this.limits
    const buffers = { hessian: problem.hessian.matrix, scales, product: measure.product, codes }
    const shape = { rows, columns, width, groups, bits, first, steps, quads, patience, fresh }
    block(batch, { ...buffers, pairs, couplings, openings, gains }, shape, blockLayout(gpu, columns))
  }

  /** Words of the next partitions; what is left over in the last quad holds a column alone. */
  private draw(steps: number): Uint32Array<ArrayBuffer> {
    const words = new Uint32Array(4 * this.quads * steps)
    for (let step = 0, at = 0; step < steps; step++) {
      const partition = this.drawn.next().value
      for (const [i, j] of partition) words[at++] = pairWord(i, j)
      const [alone] = partition[0]
      while (at % (4 * this.quads) !== 0) words[at++] = pairWord(alone, alone)
    }
    return words
  }

  /** What every partition changed in the objective, and how many codes it moved, summed over the rows. */
  async read(steps: number): Promise<[change: number, moved: number][]> {
    const { gpu, problem } = this.work
    const parts = partsOf(problem.rows)
    const sums = await gpu.readF32(this.sums, 0, 2 * parts * steps)
    return Array.from({ length: steps }, (_, step) => {
      const own = sums.subarray(2 * parts * step, 2 * parts * (step + 1))
      return [
        own.reduce((sum, x, at) => sum + (at % 2 ? 0 : x), 0),
        own.reduce((sum, x, at) => sum + (at % 2 ? x : 0), 0),
      ]
    })
  }
}
