import { errnoWords } from '../../base/errno.ts';
import { malformedWords } from '../../base/malformed.ts';
import type { HistoryEvent, Outcome } from '../../history/schema.ts';

/** Requests that failed in one way. */
export interface Failure {
  readonly outcome: Outcome;
  readonly errno: string | null;
  readonly status: number | null;
  readonly count: number;
  readonly text: string;
}

/** How requests failed so far, to report it if a watch cannot start; the figures are the analysis' own. */
export interface Failures {
  observe(event: HistoryEvent): void;
  /** What most of those failed of that have this prefix to their ids. Null: none failed. */
  most(idPrefix: string): Failure | null;
  /** All of them for which more is known than their outcome, the most frequent first. */
  explained(idPrefix: string): readonly Failure[];
}

export function failures(): Failures {
  const found = new Map<
    string,
    { idPrefix: string; outcome: Outcome; status: number | null; errno: string | null; count: number }
  >();
  const failuresOf = (idPrefix: string): Failure[] =>
    [...found.values()]
      .filter((one) => one.idPrefix === idPrefix)
      .sort((one, other) => other.count - one.count)
      .map(({ outcome, status, errno, count }) => {
        return { outcome, status, errno, count, text: failureWords({ outcome, status, errno }) };
      });
  return {
    observe(event) {
      if (event.type !== 'end') return;
      const { id, outcome, status, errno } = event;
      if (outcome === 'completed' || outcome === 'cancelled') return;
      const idPrefix = id.slice(0, id.indexOf('-') + 1);
      const key = `${idPrefix} ${outcome} ${status} ${errno}`;
      const same = found.get(key);
      if (same === undefined) found.set(key, { idPrefix, outcome, status, errno, count: 1 });
      else same.count += 1;
    },
    most: (idPrefix) => failuresOf(idPrefix)[0] ?? null,
    explained: (idPrefix) => failuresOf(idPrefix).filter(({ text, outcome }) => text !== outcome),
  };
}

/** `http-error (status 302, Location: /login)`, `the certificate is not accepted (CERT_HAS_EXPIRED)`. */
function failureWords({ outcome, status, errno }: Pick<Failure, 'outcome' | 'status' | 'errno'>): string {
  if (outcome === 'http-error')
    return `http-error (status ${status}${errno !== null && isRedirect(status) ? `, Location: ${errno}` : ''})`;
  if (errno === null) return outcome;
  const wish = wishes.get(errno);
  if (wish !== undefined) return `${outcome}: ${wish}`;
  if (outcome === 'malformed') return `malformed: ${malformedWords(errno)}`;
  const own = outcome === 'local-error' || outcome === 'unresolved' || outcome === 'tls-rejected';
  return own ? errnoWords(errno) : outcome === 'tls-failed' ? `tls-failed: ${errnoWords(errno)}` : outcome;
}

/** What a whole answer lacked, by the check that it failed (load/http/wanted.ts). */
const wishes: ReadonlyMap<string, string> = new Map([
  ['expect-bytes', 'whole to HTTP, and not of --expect-bytes'],
  ['expect-end', 'whole to HTTP, and without --expect-end'],
  ['min-time', 'whole to HTTP, and sooner than --min-time'],
]);

const isRedirect = (status: number | null) => status !== null && status >= 300 && status < 400;
