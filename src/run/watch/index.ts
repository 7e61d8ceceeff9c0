import { type Clock, monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { knownError } from '../../base/machine-error.ts';
import type { RoleHandle } from '../../base/role.ts';
import type { Reason } from '../../history/codes.ts';
import type { HistoryEvent } from '../../history/schema.ts';
import type { Plan } from '../../plan/schema.ts';
import { headerOf } from '../header.ts';
import { endOf } from '../run.ts';
import { runState } from '../state.ts';
import { failures } from './failures.ts';
import { idPrefixes, launchInstruments } from './instruments.ts';
import { orderlyCuts } from './orderly-cut.ts';
import { watchTrial } from './trial.ts';
import type { WatchOutcome, WatchRunOptions } from './watch.ts';

export type { WatchRunOptions } from './watch.ts';

/**
 * Watches one URL and writes the history: one trial, no cluster. Whatever happens, its processes are ended and the history
 * gets its last line. Returns how it ended; throws only what is a defect of midflight.
 */
export async function runWatch(
  options: WatchRunOptions,
): Promise<{ outcome: WatchOutcome; reason: Reason | null }> {
  const { plan, signal } = options;
  const clock = options.clock ?? monotonic;
  const state = runState(options.onWait);
  const failed = failures();
  const cuts = orderlyCuts((id) => id.startsWith(idPrefixes.streams));
  const record = (event: HistoryEvent) => {
    options.write(event);
    state.observe(event);
    failed.observe(event);
    cuts.observe(event);
  };
  for (const event of opening(plan, clock)) record(event);
  const handles: RoleHandle[] = [];
  let outcome: WatchOutcome = 'completed';
  let reason: Reason | null = null;
  try {
    options.onStatus?.('starting the instruments');
    const { streams, probe } = await launchInstruments(options, { clock, state, record, handles });
    reason = await watchTrial({ options, clock, state, failures: failed, cuts, record, streams, probe });
    if (reason !== null) outcome = 'failed';
  } catch (thrown) {
    const error = knownError(thrown);
    ({ outcome, reason } = endOf(signal, error));
    if (!(error instanceof MidflightError)) throw error;
  } finally {
    options.onStatus?.('cleaning up');
    await Promise.all(handles.map((handle) => handle.stop()));
    record({ type: 'finish', t: clock.now(), outcome, reason });
  }
  return { outcome, reason };
}

function opening(plan: Plan, clock: Clock): HistoryEvent[] {
  const versions = { node: process.version };
  return [
    headerOf(plan, versions, clock),
    {
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
    },
  ];
}
