// What would be alive on a device, without one: a plan holds and lets go of bytes in the order in which the program
// makes and frees its buffers, and every phase remembers what was alive together at most.

/** Bytes of one use, for people. */
export interface AccountLine {
  label: string
  bytes: number
}

/** What was alive together when a phase held most. */
export interface AccountPhase extends AccountLine {
  /** By use, in the order in which they were first held. */
  lines: AccountLine[]
}

/** The largest single buffer of one use. */
export interface LargestBuffer extends AccountLine {
  /** Which one it is. */
  detail: string
}

export class Account {
  private readonly live = new Map<string, number>()
  private readonly peaks = new Map<string, AccountPhase>()
  private readonly most = new Map<string, LargestBuffer>()
  private phase: AccountPhase | undefined
  private bytes = 0

  /** From now on it is this phase that holds; what is alive stays so. */
  begin(label: string): void {
    let phase = this.peaks.get(label)
    if (!phase) this.peaks.set(label, (phase = { label, bytes: 0, lines: [] }))
    this.phase = phase
    this.look()
  }

  /** Holds one buffer; disposing of the result lets go of it. `detail`: what it is, for the list of the largest. */
  hold(label: string, bytes: number, detail = label): Disposable {
    const whole = Math.max(4, 4 * Math.ceil(bytes / 4))
    this.change(label, whole)
    if (whole > (this.most.get(label)?.bytes ?? 0)) this.most.set(label, { label, bytes: whole, detail })
    let held = true
    return {
      [Symbol.dispose]: () => {
        if (held) this.change(label, -whole)
        held = false
      },
    }
  }

  /** Phases in the order in which they began. */
  get phases(): AccountPhase[] {
    return [...this.peaks.values()]
  }

  /** Of every use, largest first. */
  get largest(): LargestBuffer[] {
    return [...this.most.values()].sort((a, b) => b.bytes - a.bytes)
  }

  private change(label: string, bytes: number): void {
    this.live.set(label, (this.live.get(label) ?? 0) + bytes)
    this.bytes += bytes
    this.look()
  }

  private look(): void {
    const { phase, live, bytes } = this
    if (!phase || bytes <= phase.bytes) return
    phase.bytes = bytes
    phase.lines = [...live].filter(([, held]) => held > 0).map(([label, held]) => ({ label, bytes: held }))
  }
}

/** What is held together and let go of together. */
export class Holding implements Disposable {
  private readonly owned: Disposable[] = []

  constructor(readonly account: Account) {}

  hold(label: string, bytes: number, detail?: string): Disposable {
    return this.own(this.account.hold(label, bytes, detail))
  }

  own<T extends Disposable>(thing: T): T {
    this.owned.push(thing)
    return thing
  }

  [Symbol.dispose]() {
    for (const thing of this.owned.splice(0)) thing[Symbol.dispose]()
  }
}
