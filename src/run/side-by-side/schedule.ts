import { widthOf } from './width.ts';

/** How one attempt at a trial went. */
export interface Attempt<T> {
  readonly result: T;
  /** Why it cannot be trusted to be as it would have been alone; null: it can. */
  readonly late: string | null;
  /** False: nothing more is to be started. */
  readonly goOn: boolean;
}

/** What an attempt has to know of those around it. */
export interface Turn {
  /** To be called once another may begin: its cluster is up, and the load of its trial is in flight. */
  began(): void;
  /** Nothing is left to be started after it. Once it is true it remains so. */
  isLast(): boolean;
}

interface ScheduleOptions<T> {
  readonly count: number;
  /** How many may run at once. */
  readonly most: number;
  /**
   * True if this machine has room for one more beside those that run. Never asked for the first, nor for one in the place of
   * another that was on time.
   */
  room(): Promise<boolean>;
  /** Resolves after a while: the next look for room. */
  pause(): Promise<void>;
  attempt(index: number, turn: Turn): Promise<Attempt<T>>;
  /** After each attempt: how many may run at once from now on, and how many are left to be started. */
  keep(wanted: { readonly most: number; readonly left: number }): Promise<void>;
  /** Results in the order of their indices, each as soon as those before it are there. */
  done(index: number, result: T): void;
  /** This one was late beside others: it is run again alone. */
  again(index: number, why: string): void;
}

/**
 * Runs all of them, some side by side. One that was late beside others counts as not run: it is run again, alone, after
 * the rest, and one fewer runs at once, until enough have been on time. Rejects with the first error of an attempt, once all have ended.
 */
export async function schedule<T>(options: ScheduleOptions<T>): Promise<void> {
  const { count, done } = options;
  const width = widthOf(options.most);
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
  let left = count;

  const stop = () => {
    goOn = false;
    left = 0;
  };
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
      width.late(widths.get(index) as number);
      return;
    }
    width.onTime();
    if (!on) stop();
    results.set(index, result);
    report();
  };
  /** Resolves once another may begin. */
  const start = (index: number) =>
    new Promise<void>((began) => {
      left -= 1;
      const ended = options
        .attempt(index, { began, isLast: () => left === 0 })
        .then((attempt) => {
          settle(index, attempt);
          return options.keep({ most: width.most, left });
        })
        .catch((error) => {
          stop();
          errors.push(error);
          return options.keep({ most: width.most, left });
        })
        .catch((error) => void errors.push(error))
        .finally(() => {
          running.delete(index);
          began();
        });
      running.set(index, ended);
      widths.set(index, width.most);
      if (running.size > 1) for (const one of running.keys()) beside.add(one);
    });
  const mayStart = async () => {
    if (running.size >= width.most) return false;
    return width.takePlace() || running.size === 0 || (await options.room());
  };

  for (let next = 0; next < count && goOn; ) {
    if (!(await mayStart())) await Promise.race([...running.values(), options.pause()]);
    else if (goOn) await start(next++);
  }
  await Promise.all(running.values());
  if (goOn) left = late.length;
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
