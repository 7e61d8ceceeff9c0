import * as assert from 'uvu/assert';
import { MidflightError } from '../../src/base/errors.ts';
import type { EventOf, HistoryEvent } from '../../src/history/schema.ts';
import type { Plan, PlannedTrial } from '../../src/plan/schema.ts';
import { runTrial } from '../../src/run/trial/index.ts';
import type { Conductor } from './conductor.ts';

export const powerOff: Partial<Plan> = {
  fault: {
    kind: 'power-off',
    target: { node: 'bare' },
    pod: 'ingress',
    trigger: { streamsInFlight: 10, afterMs: 3000 },
  },
};

export const noFault: Partial<Plan> = { fault: null };

export async function tried(
  rig: Conductor,
  policy: PlannedTrial['policy'] = 'Cluster',
  synced = true,
  hit: readonly string[] = ['bare'],
): Promise<EventOf<'trial-end'>> {
  const targets = rig.run.plan.fault === null ? [] : hit;
  const outcome = await rig.time.until(runTrial(rig.run, rig.trial(policy), targets, async () => synced));
  const end = rig.events.at(-1);
  assert.ok(end?.type === 'trial-end');
  assert.is(end.outcome, outcome);
  return end;
}

export const of = <T extends HistoryEvent['type']>({ events }: Conductor, type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);

export const phases = (rig: Conductor) => of(rig, 'phase').map(({ phase }) => phase);

export const disturbances = (rig: Conductor) =>
  of(rig, 'disturbance').map(
    ({ kind, at, affected }) => `${kind} ${at}${affected === undefined ? '' : ` ${affected}`}`,
  );

const interrupted = new MidflightError('interrupted', 'interrupted by SIGINT');

/** The signal comes as soon as this phase begins. */
export function interruptAt(rig: Conductor, phase: string): void {
  rig.on = (event) => {
    if (event.type === 'phase' && event.phase === phase) rig.abort.abort(interrupted);
  };
}
