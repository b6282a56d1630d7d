// Several answers of the GPU that are awaited as one.

/** All results once all are done, also when one fails: none may go on using buffers that are freed. */
export async function together<const T extends readonly unknown[]>(
  results: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(results)
  return Promise.all(results)
}
