import type { EventOf } from './schema.ts';

type End = EventOf<'end'>;

/** The end of a request of which no more is known than how it ended. */
export const bareEnd = (known: Pick<End, 't' | 'trial' | 'id' | 'outcome'>): End => ({
  type: 'end',
  ...known,
  status: null,
  errno: null,
  connectedAt: null,
  firstByteAt: null,
  firstChunkAt: null,
  lastByteAt: null,
  longestSilenceNs: 0,
  bodyBytes: 0,
  chunks: 0,
  local: null,
  path: null,
  freshConnection: null,
});
