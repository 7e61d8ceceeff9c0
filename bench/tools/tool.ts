import * as z from 'zod';

/** What a tool is asked to do: hold a number of streams of one server, each for a number of seconds. */
export interface Job {
  readonly url: { readonly host: string; readonly port: number };
  readonly count: number;
  /** How long the starts are spread over, by the tools that can. */
  readonly rampMs: number;
  readonly streamSeconds: number;
}

/** What it said of its requests by its end. */
export interface Told {
  /** null: it does not say. */
  readonly good: number | null;
  readonly lost: number | null;
  /** When each loss became known outside of the tool, CLOCK_MONOTONIC ns; null: it reports only at its end. */
  readonly lostAt: readonly number[] | null;
  /** How late each request began, ms; null: the tool has no due times. */
  readonly latenessMs: readonly number[] | null;
}

export interface Running {
  readonly pid: number;
  /** Settles when every request has ended for the tool. */
  readonly told: Promise<Told>;
  /** Its server is gone: asks for its sums, where it would wait for ever. */
  hurry(): void;
  stop(): Promise<void>;
}

export interface Tool {
  readonly name: string;
  /** Left out when the server is killed: it reports nothing about single requests. */
  readonly wholeOnly?: boolean;
  /** Null where it is installed, else what is missing. */
  missing(): string | null;
  start(job: Job): Promise<Running>;
}

const told = z.object({
  good: z.number(),
  lost: z.number(),
  lostAt: z.array(z.number()),
  latenessMs: z.null(),
});

/** The one line that a process of ours says at its end. */
export function toldLine(line: string): Told {
  return told.parse(JSON.parse(line));
}
