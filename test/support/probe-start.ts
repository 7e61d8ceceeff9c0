import type { EventOf } from '../../src/history/schema.ts';

/** The start of a probe on a new connection, sent when it was due. */
export const probeStart = (id: string, dueAt: number): EventOf<'start'> => ({
  type: 'start',
  t: dueAt,
  trial: 0,
  id,
  load: 'probe',
  kind: 'probe',
  lane: 'new',
  dueAt,
});
