/** How one attempt at a trial went. */
export interface Attempt<T> {
  readonly result: T;
  /** Why it cannot be trusted to be as it would have been alone; null: it can. */
  readonly late: string | null;
  /** False: nothing more is to be started. */
  readonly goOn: boolean;
}

interface ScheduleOptions<T> {
  readonly count: number;
  /** How many may run at once. */
  readonly most: number;
  /** True if this machine has room for one more beside those that run. Never asked for the first. */
  room(): Promise<boolean>;
  /** Resolves after a while: the next look for room. */
  pause(): Promise<void>;
  /** Runs one; `began` is to be called once another may begin: its cluster is up. */
  attempt(index: number, began: () => void): Promise<Attempt<T>>;
  /** Results in the order of their indices, each as soon as those before it are there. */
  done(index: number, result: T): void;
  /** This one was late beside others: it is run again alone. */
  again(index: number, why: string): void;
}

/**
 * Runs all of them, some side by side. One that was late beside others counts as not run: it is run again, alone, after
 * the rest, and from then on one fewer runs at once. Rejects with the first error of an attempt, once all have ended.
 */
export async function schedule<T>(options: ScheduleOptions<T>): Promise<void> {
  const { count, done } = options;
  let { most } = options;
  const results = new Map<number, T>();
  const late: number[] = [];
  const running = new Map<number, Promise<void>>();
  /** Those that had company at any time. */
  const beside = new Set<number>();
  /** How many might run at once when it began. */
  const widths = new Map<number, number>();
  const errors: unknown[] = [];
  let reported = 0;
  let goOn = true;

  const report = () => {
    for (; results.has(reported); reported += 1) {
      done(reported, results.get(reported) as T);
      results.delete(reported);
    }
  };
  const settle = (index: number, { result, late: why, goOn: on }: Attempt<T>) => {
    if (why !== null && beside.has(index)) {
      options.again(index, why);
      late.push(index);
      // Of those that were late together the first has seen to it already.
      if (widths.get(index) === most) most = Math.max(1, most - 1);
      return;
    }
    if (!on) goOn = false;
    results.set(index, result);
    report();
  };
  /** Resolves once its cluster is up, or it has ended. */
  const start = (index: number) =>
    new Promise<void>((began) => {
      const ended = options
        .attempt(index, began)
        .then((attempt) => settle(index, attempt))
        .catch((error) => {
          goOn = false;
          errors.push(error);
        })
        .finally(() => {
          running.delete(index);
          began();
        });
      running.set(index, ended);
      widths.set(index, most);
      if (running.size > 1) for (const one of running.keys()) beside.add(one);
    });
  const mayStart = async () => {
    if (running.size === 0) return true;
    return running.size < most && (await options.room());
  };

  for (let next = 0; next < count && goOn; ) {
    if (await mayStart()) await start(next++);
    else await Promise.race([...running.values(), options.pause()]);
  }
  await Promise.all(running.values());
  for (const index of late.sort((one, other) => one - other)) {
    if (!goOn) break;
    beside.delete(index);
    await start(index);
    await running.get(index);
  }
  // What was left out leaves a gap: what comes after it is reported all the same.
  for (const index of [...results.keys()].sort((one, other) => one - other))
    done(index, results.get(index) as T);
  if (errors.length > 0) throw errors[0];
}
