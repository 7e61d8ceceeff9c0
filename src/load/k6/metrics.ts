/** Names and marks by which our k6 script and its reader understand each other. */
export const startedMetric = 'midflight_started';
export const endedMetric = 'midflight_ended';

/** What the script reports about a request that is over, as metadata of one sample; k6 has only texts for these. */
export interface EndedMarks {
  readonly id: string;
  /** 0: none, or k6 forgot it: it does so when the answer is cut. */
  readonly status: string;
  /** k6's own number (its docs: "Error codes"); 0: none. */
  readonly code: string;
  readonly error: string;
  /** When it began: milliseconds of wall time. */
  readonly at: string;
  /** Milliseconds from its begin until it was connected, had its first byte, and was over; 0 if it never connected. */
  readonly connected: string;
  readonly firstByte: string;
  readonly took: string;
  /** The time from its first byte to its end; 0: none came. */
  readonly receiving: string;
  readonly bytes: string;
  readonly chunks: string;
  /** The numbered body: `whole`, `cut`, or `wrong`. */
  readonly marked: 'whole' | 'cut' | 'wrong';
  /** The first chunk's path as JSON, or empty. */
  readonly path: string;
}
