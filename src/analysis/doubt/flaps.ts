import { type Nanoseconds, nsPerMs } from '../../base/units.ts';
import { isPartOf } from '../../catalogue/disturbances.ts';
import type { Disturbance } from '../build/disturbances.ts';
import { ofPart } from '../build/placement.ts';
import type { RunRecord, TrialRecord } from '../records.ts';
import type { LateSpan } from './late-spans.ts';

/** A span in which a node or a pod that nothing was done to did not count as healthy. */
export interface Flap {
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
}

/** What follows a flap at once belongs to it: rules and verdicts come some time after it. Real time. */
const slackNs: Nanoseconds = 1000 * nsPerMs;

/**
 * Survivors that failed their readiness probe or the balancer's check while an instrument was late: a machine that is too slow
 * for our processes is too slow for the cluster's too, and then refuses what a healthy cluster serves. If nothing was late a
 * survivor that fails is a finding, not a flap. `until`: the end of what is known of the trial.
 */
export function flapsOf(
  trial: TrialRecord,
  run: Pick<RunRecord, 'partOf'>,
  disturbances: readonly Disturbance[],
  late: readonly LateSpan[],
  until: Nanoseconds,
): Flap[] {
  if (late.length === 0) return [];
  const taken = (node: string, t: Nanoseconds) =>
    disturbances.some((one) => one.nodes.includes(node) && one.at <= t && isPartOf(one.kind, 'fault'));
  return [...byCheck(trial, run, taken, until), ...byReadiness(trial, run, taken, until)].filter((flap) =>
    late.some(({ from, to }) => from <= flap.to + slackNs && to >= flap.from - slackNs),
  );
}

/** Whether a loss may be due to a flap: it was under way in one, or just after. */
export const within = (flaps: readonly Flap[], from: Nanoseconds, to: Nanoseconds): boolean =>
  flaps.some((flap) => flap.from <= to && flap.to + slackNs >= from);

type Taken = (node: string, t: Nanoseconds) => boolean;

/** A check that timed out, or any that failed on a node with a pod of the ingress. */
function byCheck(
  { health, before }: TrialRecord,
  run: Pick<RunRecord, 'partOf'>,
  taken: Taken,
  until: Nanoseconds,
): Flap[] {
  const flaps = new Flaps(until);
  const serving = new Set(
    ofPart(before.endpoints, 'ingress', run).flatMap((all) => all.flatMap(({ node }) => node ?? [])),
  );
  for (const { t, node, eligible, healthy, reason } of health) {
    if (healthy || !eligible) flaps.close(node, t);
    else if ((serving.has(node) || reason === 'timeout') && !taken(node, t)) flaps.open(node, t);
  }
  return flaps.all();
}

/** A pod that is not on its way out and is not ready, having been so before. */
function byReadiness(
  { endpoints, before }: TrialRecord,
  { partOf }: Pick<RunRecord, 'partOf'>,
  taken: Taken,
  until: Nanoseconds,
): Flap[] {
  const flaps = new Flaps(until);
  const ready = new Set([...before.endpoints.values()].flat().flatMap((one) => (one.ready ? [one.pod] : [])));
  for (const { t, service, endpoints: all } of endpoints) {
    if (partOf(service) === null) continue;
    for (const one of all) {
      if (one.ready) {
        ready.add(one.pod);
        flaps.close(String(one.pod), t);
      } else if (ready.has(one.pod) && !one.terminating && !(one.node !== null && taken(one.node, t)))
        flaps.open(String(one.pod), t);
    }
  }
  return flaps.all();
}

class Flaps {
  readonly #until: Nanoseconds;
  readonly #open = new Map<string, Nanoseconds>();
  readonly #closed: Flap[] = [];

  constructor(until: Nanoseconds) {
    this.#until = until;
  }

  open(name: string, t: Nanoseconds): void {
    if (!this.#open.has(name)) this.#open.set(name, t);
  }

  close(name: string, t: Nanoseconds): void {
    const from = this.#open.get(name);
    if (from === undefined) return;
    this.#open.delete(name);
    this.#closed.push({ from, to: t });
  }

  all(): Flap[] {
    return [...this.#closed, ...[...this.#open.values()].map((from) => ({ from, to: this.#until }))];
  }
}
