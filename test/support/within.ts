/**
 * The same promise, or an error that says what did not come: a test of a broken product fails, and does not hang. The limit
 * only guards against waiting for ever, no figure depends on it.
 */
export async function within<T>(what: string, work: Promise<T>, limitMs = 15_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timed out waiting for ${what}`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
