import * as z from 'zod';
import { endedMetric, startedMetric } from './metrics.ts';

/** What one line of k6's JSON output shows; most lines show nothing. Times are milliseconds of wall time. */
export type Sample =
  | { readonly kind: 'started'; readonly at: number; readonly id: string }
  | { readonly kind: 'ended'; readonly at: number; readonly marks: Marks }
  /** A request of a script that is not ours: known only when it is over. */
  | { readonly kind: 'request'; readonly at: number; readonly durationMs: number; readonly tags: Marks }
  | { readonly kind: 'dropped'; readonly at: number; readonly count: number };

type Marks = Readonly<Record<string, string>>;

const texts = z.record(z.string(), z.string()).nullish();
const point = z.object({
  type: z.literal('Point'),
  metric: z.string(),
  data: z.object({ time: z.string(), value: z.number(), tags: texts, metadata: texts }),
});

const wanted = [startedMetric, endedMetric, 'http_req_duration', 'dropped_iterations'];

/** Each request makes a dozen lines: most are recognised without being parsed. */
export const mayBeSample = (line: string): boolean => wanted.some((metric) => line.includes(metric));

/** Reads one line of `k6 run --out json`; null if it is none of ours. Throws SyntaxError for what is no JSON. */
export function readSample(line: string, own: boolean): Sample | null {
  if (!mayBeSample(line)) return null;
  const parsed = point.safeParse(JSON.parse(line));
  if (!parsed.success) return null;
  const { metric, data } = parsed.data;
  const at = Date.parse(data.time);
  const marks = data.metadata ?? {};
  switch (metric) {
    case startedMetric:
      return own ? { kind: 'started', at, id: marks.id ?? '' } : null;
    case endedMetric:
      return own ? { kind: 'ended', at, marks } : null;
    case 'http_req_duration':
      // What a runner asks the gate is no request of the script.
      if (own || data.tags?.midflight === 'gate') return null;
      return { kind: 'request', at, durationMs: data.value, tags: data.tags ?? {} };
    case 'dropped_iterations':
      return { kind: 'dropped', at, count: data.value };
    default:
      return null;
  }
}
