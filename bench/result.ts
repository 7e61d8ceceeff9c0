import * as z from 'zod';

/** One figure to be reached, beside what was measured. */
const target = z.object({
  what: z.string(),
  /** null: could not be measured here, and `note` says why. */
  measured: z.number().nullable(),
  unit: z.string(),
  limit: z.number(),
  /** The figure must not be above the limit, or not below it. */
  kind: z.enum(['at-most', 'at-least']),
  note: z.string().optional(),
});
export type Target = z.infer<typeof target>;

const column = z.object({ key: z.string(), title: z.string(), digits: z.int() });

/** What one part measured in one run. */
export const result = z.object({
  part: z.string(),
  title: z.string(),
  /** How it was measured, a sentence each. */
  how: z.array(z.string()),
  at: z.string(),
  wallSeconds: z.number(),
  /** Share of all cores that other programs took just before; null: not looked at. */
  busyBefore: z.number().nullable().default(null),
  /** Run at real-time priority (`chrt --fifo 30`): other programs give way to it. */
  realTime: z.boolean().default(false),
  columns: z.array(column),
  rows: z.array(z.object({ name: z.string(), figures: z.record(z.string(), z.number().nullable()) })),
  targets: z.array(target),
  machine: z.object({
    cores: z.number(),
    processor: z.string(),
    memoryGb: z.number(),
    kernel: z.string(),
    node: z.string(),
    tools: z.record(z.string(), z.string()),
  }),
});
export type Result = z.infer<typeof result>;
export type Row = Result['rows'][number];

/** What a part itself gives. */
export type Measured = Pick<Result, 'title' | 'how' | 'columns' | 'rows' | 'targets'>;

/** One run on its own: processes of others would be measured with it, so parts run one after the other. */
export interface Part {
  /** As on the command line; a size follows: `recorder-10000`. */
  readonly name: string;
  /** Longer than this means that something is wrong. Seconds. */
  readonly limitSeconds: number;
  run(progress: (text: string) => void): Promise<Measured>;
}

export function reached({ measured, limit, kind }: Target): boolean | null {
  if (measured === null) return null;
  return kind === 'at-most' ? measured <= limit : measured >= limit;
}
