// Turns what a generator yields into events, and passes cancellation on to it.

/** Yields `map(value)` for every value of `source`, and returns what it returns. */
export async function* relabel<A, B, R>(source: AsyncGenerator<A, R>, map: (value: A) => B): AsyncGenerator<B, R> {
  let finished = false
  try {
    for (;;) {
      const step = await source.next()
      if (step.done) {
        finished = true
        return step.value
      }
      yield map(step.value)
    }
  } finally {
    if (!finished) await source.return(undefined as R)
  }
}
