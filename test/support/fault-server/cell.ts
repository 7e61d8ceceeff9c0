import type { Outcome } from '../../../src/history/schema.ts';
import { chunked, chunkedHead, endOf, line, type Step, send, wait } from './steps.ts';

/**
 * One way in which a request can go, and what a client that counts right must call it. Each cell has its own port, so
 * that any client can be sent there, whatever its path and headers.
 */
export interface Cell {
  readonly name: string;
  /** What the server does, for people. */
  readonly what: string;
  /** closed: nobody listens; silent: SYNs are dropped; open: the steps are done. */
  readonly port: 'open' | 'closed' | 'silent';
  /** Whether the steps begin with the connection or with the first whole request. */
  readonly on: 'connect' | 'request';
  readonly steps: readonly Step[];
  /** What it is to a client that knows the numbered body, and to one that has only HTTP's framing. */
  readonly app: Outcome;
  readonly framing: Outcome;
  /** Over TLS, where that is another: what is done on connect comes instead of the handshake. */
  readonly tls?: Outcome;
  /** When the outcome is certain: at the server's last step, or so long after it. */
  readonly certain: 'at-once' | 'after-stall' | 'after-connect-timeout';
  /** More at once than this would measure the server. */
  readonly atMost?: number;
}

export const open = { port: 'open', on: 'request' } as const;
export const both = (outcome: Outcome) => ({ app: outcome, framing: outcome });
export const atOnce = { certain: 'at-once' } as const;
export const afterStall = { certain: 'after-stall' } as const;

export const pause = wait(60);
const two = line(0) + line(1);
export const whole = two + endOf(2);
export const sentHead = send(chunkedHead());
const firstChunk = send(chunked(line(0)));
/** 60 ms of a healthy start. */
export const begun = [sentHead, firstChunk, pause];
