/** Something that a run waits for: what it is, in a few words, and the longest time that it waits (real milliseconds). */
export interface Wait {
  readonly what: string;
  readonly limitMs: number;
}

/** Called when a wait begins, and with null when it ends. For display only: nothing is decided by it. */
export type OnWait = (wait: Wait | null) => void;
