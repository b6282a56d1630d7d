// The buffers of a Hessian and of what is derived from it, without them: what hessian.ts, factor.ts, order.ts,
// eigen-clip.ts and health.ts hold, in their order, in bytes.
import { Holding, type Account } from '../gpu/account.ts'
import { BLOCK } from '../kernels/cholesky-block.ts'
import { padded } from '../kernels/rank-update.ts'
import { loweredCount } from './eigen-clip.ts'
import type { EigenClip } from './hessian.ts'
import type { Order } from './order.ts'

export const HESSIANS = 'Hessians'
export const FACTORS = 'Factors of H'
const EIGENVECTORS = 'Eigenvectors of H'

/** Vectors by which health.ts finds the largest eigenvalues. */
const HEALTH_VECTORS = 24
/** Columns of the largest H that is diagonalised in ordinary memory. */
const DIRECT_COLUMNS = 384

const square = (columns: number) => `${columns.toLocaleString('en-US')} × ${columns.toLocaleString('en-US')}`

export class HessianMemory implements Disposable {
  private readonly own: Holding
  private readonly orders = new Set<string>()
  private readonly factors = new Set<string>()
  private readonly views = new Map<string, HessianMemory>()

  /** Takes over what holds the matrix [columns, columns]. */
  constructor(
    private readonly account: Account,
    matrix: Disposable,
    readonly columns: number,
  ) {
    this.own = new Holding(account)
    this.own.own(matrix)
    this.own.hold(HESSIANS, 8 * columns)
  }

  /** Holds a matrix of its own. */
  static of(account: Account, columns: number, what: string): HessianMemory {
    return new HessianMemory(account, holdSquare(account, columns, what), columns)
  }

  factor(order: Order, damp: number, width = this.columns): void {
    const { account, columns, own, orders, factors } = this
    if (order === 'group' && width >= columns) order = 'activation'
    const place = order === 'min-pivot' ? `${order} ${damp}` : order === 'group' ? `${order} ${width}` : order
    const key = `${place} ${damp}`
    if (factors.has(key)) return
    factors.add(key)
    const whole = 4 * columns * padded(columns)
    const panel = 4 * BLOCK * padded(columns)
    if (!orders.has(place)) {
      orders.add(place)
      if (order === 'min-pivot') {
        using scratch = new Holding(account)
        for (const bytes of [whole, panel, ...Array<number>(4).fill(4 * columns)]) scratch.hold(FACTORS, bytes)
      }
      own.hold(FACTORS, 4 * columns)
    }
    using scratch = new Holding(account)
    scratch.hold(FACTORS, whole, `a factor of H, ${square(columns)}`)
    for (const bytes of [4 * columns, panel, 4]) scratch.hold(FACTORS, bytes)
    own.hold(FACTORS, whole, `a factor of H, ${square(columns)}`)
  }

  /** What a look at the condition takes; a factor of this damping, if there is none. */
  health(damp: number): void {
    if (![...this.factors].some((key) => key.endsWith(` ${damp}`))) this.factor('natural', damp)
    this.subspace(Math.min(this.columns, HEALTH_VECTORS))[Symbol.dispose]()
  }

  /** H with its largest eigenvalues lowered; this one where nothing is. */
  clipped({ fraction, threshold }: EigenClip): HessianMemory {
    const { account, columns } = this
    const least = fraction > 0 ? loweredCount(fraction, columns) : Math.min(1, columns - 1)
    if ((fraction === 0 && threshold === 0) || least < 1) return this
    return this.view(`clipped ${fraction} ${threshold}`, () => {
      const size = least + Math.max(12, Math.ceil(least / 4))
      if (columns > DIRECT_COLUMNS || size <= Math.min(columns / 3, columns - 8))
        this.subspace(Math.min(columns, size))[Symbol.dispose]()
      const stride = padded(columns)
      using scratch = new Holding(account)
      scratch.hold(EIGENVECTORS, 4 * least * stride)
      if (stride !== columns) scratch.hold(HESSIANS, 4 * stride * stride)
      return HessianMemory.of(account, columns, 'H with eigenvalues lowered')
    })
  }

  damped(fraction: number): HessianMemory {
    if (fraction === 0) return this
    return this.view(`damped ${fraction}`, () => HessianMemory.of(this.account, this.columns, 'H with damping'))
  }

  private view(key: string, make: () => HessianMemory): HessianMemory {
    let view = this.views.get(key)
    if (!view) this.views.set(key, (view = this.own.own(make())))
    return view
  }

  /** Buffers of eigen-subspace.ts. */
  private subspace(count: number): Disposable {
    const { account, columns } = this
    const stride = padded(columns)
    const held = new Holding(account)
    if (stride !== columns) held.hold(HESSIANS, 4 * stride * stride, `H with padded rows, ${square(stride)}`)
    for (let i = 0; i < 3; i++) held.hold(EIGENVECTORS, 4 * count * stride)
    held.hold(EIGENVECTORS, 4 * count * count)
    held.hold(EIGENVECTORS, 4 * count * padded(count))
    return held
  }

  [Symbol.dispose]() {
    this.own[Symbol.dispose]()
  }
}

/** A matrix [columns, columns]. */
export function holdSquare(account: Account, columns: number, what: string): Disposable {
  return account.hold(HESSIANS, 4 * columns * columns, `${what}, ${square(columns)}`)
}
