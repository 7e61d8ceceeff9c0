import type { Milliseconds } from '../base/units.ts';
import { type CdnCode, cdnConnectMs, cdnResponseMs } from './cdn-codes.ts';

/*
 * What each outcome of a request means, as data: whether it is a loss, what a CDN would have answered, how it is drawn.
 */

/** How outcomes are drawn: similar ones share a look, since a reader can distinguish about six colours. */
export const outcomeLooks = {
  good: { colour: 'var(--good)', word: 'completed' },
  silent: { colour: 'var(--bad)', word: 'fell silent' },
  cut: { colour: 'var(--cut)', word: 'cut within the answer' },
  shut: { colour: 'var(--shut)', word: 'never answered' },
  wrong: { colour: 'var(--wrong)', word: 'wrong answer' },
  ours: { colour: 'var(--ink)', word: 'not known' },
  cancelled: { colour: 'var(--muted)', word: 'ended by us' },
} as const;
export type OutcomeLook = keyof typeof outcomeLooks;

/** A code that depends on how long the CDN would have waited. */
export interface CdnWait {
  readonly waitingFor: 'connect' | 'response';
  /** `code` from this wait on, `before` below it. Cluster milliseconds. */
  readonly ms: Milliseconds;
  readonly code: CdnCode;
  /** null: nobody waited long enough to see it. */
  readonly before: CdnCode | null;
}

interface OutcomeTraits {
  readonly lost: boolean;
  /** Nothing came until a time limit. A late instrument of ours can cause it; an answer, a refusal or a reset it cannot. */
  readonly silent: boolean;
  readonly look: OutcomeLook;
  /** What a CDN would have answered; null: it cannot be derived from what was seen. */
  readonly cdn: CdnCode | CdnWait | null;
  /** The same once a whole response head had arrived: then the CDN has passed its status on. */
  readonly cdnAfterHead: CdnCode | null;
}

const kept = { lost: false, silent: false, cdn: null, cdnAfterHead: null } as const;
const loss = { lost: true, silent: false, cdnAfterHead: 'cut' } as const;
const never = { ...loss, look: 'shut' } as const;
const connectWait: CdnWait = {
  waitingFor: 'connect',
  ms: cdnConnectMs,
  code: '522',
  before: 'slow-connect',
};
const responseWait: CdnWait = { waitingFor: 'response', ms: cdnResponseMs, code: '524', before: null };

const rows = {
  completed: { ...kept, look: 'good' },
  refused: { ...never, cdn: '521' },
  'connect-timeout': { ...never, silent: true, cdn: connectWait },
  'slow-connect': { ...never, silent: true, cdn: 'slow-connect' },
  unreachable: { ...never, cdn: '523' },
  /** Its host's name has no address. */
  unresolved: { ...never, cdn: '530' },
  /** The TLS handshake failed, however that ended. */
  'tls-failed': { ...never, cdn: '525' },
  /** The TLS handshake succeeded, and the certificate is not to be trusted. */
  'tls-rejected': { ...never, cdn: '526' },
  'closed-before-response': { ...never, cdn: '520' },
  'reset-before-response': { ...never, cdn: '520' },
  /**
   * An HTTP/2 server vouches that it did nothing (RFC 9113, section 8.7). It may be sent again without harm, and whether a
   * CDN does is not documented.
   */
  'refused-unprocessed': { ...never, cdn: null },
  truncated: { ...loss, look: 'cut', cdn: 'cut' },
  'reset-mid-body': { ...loss, look: 'cut', cdn: 'cut' },
  hung: { ...loss, silent: true, look: 'silent', cdn: responseWait },
  'http-error': { ...loss, look: 'wrong', cdn: 'origin-status', cdnAfterHead: 'origin-status' },
  'wrong-body': { ...loss, look: 'wrong', cdn: 'origin-status', cdnAfterHead: 'origin-status' },
  malformed: { ...loss, look: 'wrong', cdn: '520' },
  /** It failed on this machine: no file descriptors, ports or memory. */
  'local-error': { ...loss, look: 'ours', cdn: null, cdnAfterHead: null },
  /** Lost, and an engine that is not ours does not report how. */
  unclear: { ...loss, look: 'ours', cdn: null },
  /** Ended by us. */
  cancelled: { ...kept, look: 'cancelled' },
} as const satisfies Record<string, OutcomeTraits>;

/** What a request became, as its client saw it. */
export type Outcome = keyof typeof rows;
export const outcomes = Object.keys(rows) as [Outcome, ...Outcome[]];
export const outcomeTraits: Readonly<Record<Outcome, OutcomeTraits>> = rows;

export const isLost = (outcome: Outcome): boolean => outcomeTraits[outcome].lost;

/** Whether nothing came until a time limit. */
export const isSilent = (outcome: Outcome): boolean => outcomeTraits[outcome].silent;
