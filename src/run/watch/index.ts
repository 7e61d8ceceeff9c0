import type { Clock } from '../../base/clock.ts';
import type { HistoryEvent } from '../../history/schema.ts';
import { type ConductSession, conduct, type Stages } from '../conduct.ts';
import type { RunEnd } from '../run.ts';
import { failures } from './failures.ts';
import { idPrefixes, launchInstruments } from './instruments.ts';
import { orderlyCuts } from './orderly-cut.ts';
import { watchPlace } from './place.ts';
import { watchTrial } from './trial.ts';
import type { WatchRunOptions } from './watch.ts';

export { runIdOf } from '../header.ts';
export type { WatchRunOptions } from './watch.ts';

/** Which program measures: all that is known of what decides the figures. */
const versions = { node: process.version };

/**
 * Watches one URL and writes the history: one trial, no cluster. Whatever happens, its processes are ended and the history
 * gets its last line. Returns how it ended; throws only what is a defect of midflight.
 */
export function runWatch(options: WatchRunOptions): Promise<RunEnd> {
  const begin = (session: ConductSession) => stagesOf(options, session);
  return conduct(options, { plan: options.plan, versions, begin });
}

function stagesOf(options: WatchRunOptions, session: ConductSession): Stages {
  const { clock, record, status } = session;
  const { agents } = options;
  const place = watchPlace(options, clock, session.signal);
  const failed = failures();
  const cuts = orderlyCuts((id) => id.startsWith(idPrefixes.streams));
  return {
    observe(event) {
      failed.observe(event);
      cuts.observe(event);
    },
    async work() {
      record(topologyOf(clock));
      status(agents === undefined ? 'starting the instruments' : `starting ${agents.options.count} agents`);
      await place.open();
      const instruments = await launchInstruments(options, session, place.host);
      const watch = { ...session, ...instruments, options, failures: failed, cuts };
      const reason = await watchTrial(watch);
      return { outcome: reason === null ? 'completed' : 'failed', reason };
    },
    async cleanUp() {
      for (const what of await place.down())
        record({
          type: 'note',
          t: clock.now(),
          level: 'error',
          code: 'clean-up-failed',
          text: `not undone: ${what}; midflight clean tries again`,
        });
    },
  };
}

function topologyOf(clock: Clock): HistoryEvent {
  return {
    type: 'topology',
    t: clock.now(),
    nodes: [],
    limits: [
      {
        code: 'no-cluster',
        text: 'no cluster was asked: losses are not attributed to nodes, and there is no log of a load balancer',
      },
    ],
    ingressKind: 'unknown',
    clientAddresses: [],
    edgeAddress: null,
    edgeKeepsClientAddress: false,
    versions,
  };
}
