import type { Unwound } from '../../src/changes/change-log.ts';

/** What a test may have go otherwise. All times are milliseconds. */
export interface World {
  ejectedAfter: number | null;
  notReadyAfter: number;
  readonly reconciledAfter: number;
  /** How a probe ends that is due now; by default it fails for each third while a dead node is green. */
  probe: (() => 'completed' | 'refused') | null;
  /** How many streams get past their first chunk. */
  streams: number;
  /** How the changes are undone. */
  unwind: (signal: AbortSignal) => Promise<Unwound[]>;
  /** A node that is back is green again. */
  readmits: boolean;
  /** The edge goes on to hold what it held, whatever the Service says. */
  edgeFollows: boolean;
}
