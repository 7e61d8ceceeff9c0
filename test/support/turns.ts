/** Lets at most `atOnce` works run side by side; the others wait, first come, first served, the urgent ones before all. */
export function turns(atOnce: number): <T>(work: () => Promise<T>, urgent?: boolean) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  return async (work, urgent = false) => {
    if (free > 0) free -= 1;
    else
      await new Promise<void>((resolve) => {
        if (urgent) waiting.unshift(resolve);
        else waiting.push(resolve);
      });
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
