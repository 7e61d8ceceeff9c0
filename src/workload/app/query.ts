import * as z from 'zod';

/** Real milliseconds; what Number() takes, but not the empty text. */
const amount = z.string().min(1).transform(Number).pipe(z.number().positive().max(86_400_000));
const size = z.string().min(1).transform(Number).pipe(z.int().min(1).max(1_048_576));

const streamQuery = z.object({ id: z.string().min(1), duration: amount, interval: amount, chunk: size });
const shortQuery = z.object({ id: z.string().min(1) });

/** What a path asks of the app. */
type AppQuery =
  | {
      readonly kind: 'stream';
      readonly durationMs: number;
      readonly intervalMs: number;
      readonly chunkSize: number;
    }
  | { readonly kind: 'short' }
  | { readonly kind: 'health' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'bad'; readonly message: string };

/** Reads a request's path and query. */
export function readQuery(target: string): AppQuery {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = () => Object.fromEntries(new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)));
  if (path === '/healthz') return { kind: 'health' };
  if (path === '/short') {
    const parsed = shortQuery.safeParse(query());
    return parsed.success ? { kind: 'short' } : bad(parsed.error);
  }
  if (path !== '/stream') return { kind: 'unknown' };
  const parsed = streamQuery.safeParse(query());
  if (!parsed.success) return bad(parsed.error);
  const { duration, interval, chunk } = parsed.data;
  return { kind: 'stream', durationMs: duration, intervalMs: interval, chunkSize: chunk };
}

function bad(error: z.ZodError): AppQuery {
  const lines = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return { kind: 'bad', message: `bad query: ${lines.join('; ')}\n` };
}
