// Errors that the user can mend: a file that is missing, damaged or of another kind, a text that is too short.

/** Bad input. The message is one line that states the fact and the numbers; the command line exits with 2 on it. */
export class InputError extends Error {
  override name = 'InputError'

  /** Lines of the same kind about what else is wrong. */
  readonly more: readonly string[]

  constructor(message: string, { more = [], ...options }: ErrorOptions & { more?: readonly string[] } = {}) {
    super(message, options)
    this.more = more
  }
}

/** Does something for each of them. @throws InputError with what all of them refused, in their order. */
export async function checkEach<T>(items: Iterable<T>, work: (item: T) => unknown): Promise<void> {
  const refused: string[] = []
  for (const item of items)
    try {
      await work(item)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      refused.push(error.message, ...error.more)
    }
  if (refused.length) throw new InputError(refused[0], { more: refused.slice(1) })
}
