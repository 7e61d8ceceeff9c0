import { type Outage, outagesOf } from '../clocks/probes.ts';
import { readClocks } from '../clocks/read.ts';
import { unseenSeconds } from '../clocks/request-clocks.ts';
import type { ClockSources, LaneView } from '../clocks/sources.ts';
import type { DisturbanceReport, OutageReport } from '../schema.ts';
import { customersOf } from './customers.ts';
import type { Disturbance } from './disturbances.ts';
import type { JudgedLane } from './lanes.ts';
import type { Judged } from './losses.ts';

/** One disturbance: what it cost and what its clocks show. */
export function reportDisturbance(
  sources: ClockSources,
  streams: readonly Judged[],
  lane: JudgedLane | null,
): DisturbanceReport {
  const { disturbance, trial, time, plan, lanes } = sources;
  const { kind, name, node, nodes, pods, at } = disturbance;
  const own = streams.filter((one) => one.lost && one.disturbance === disturbance);
  const before = own.filter(({ request }) => request.startedAt < at).length;
  const outages = lanes.new === null ? null : outagesIn(lanes.new, time.ns(plan.stabilityMs));
  return {
    kind,
    name,
    label: labelOf(disturbance),
    node,
    ...(nodes.length > 1 ? { nodes: [...nodes] } : {}),
    ...(pods === null ? {} : { pods: [...pods] }),
    at: time.seconds(trial.start.t, at),
    requestsLost: own.length,
    lostBegunBefore: before,
    lostBegunAfter: own.length - before,
    failingShare: lanes.new === null ? null : failingShare(lanes.new),
    outages: outages?.map((outage) => outageReport(outage, sources)) ?? null,
    customers: customersOf(disturbance, streams, lane, outages ?? []),
    ...readClocks(sources),
  };
}

/** The disturbance as a sentence names it, without its node. */
export function labelOf({ kind, name, fault }: Pick<Disturbance, 'kind' | 'name' | 'fault'>): string {
  switch (kind) {
    case 'fault':
      return fault?.afterNotice ?? name;
    case 'notice':
      return `${fault?.noun ?? name} notice`;
    case 'outage':
      return name;
    case 'step':
      return `${fault?.noun ?? name} step`;
    case 'flip':
    case 'command':
      return `${kind} ${name}`;
  }
}

const duesOf = ({ failed }: LaneView) => failed.map(({ dueAt }) => dueAt);

const outagesIn = (view: LaneView, stability: number): Outage[] =>
  outagesOf(view.timeline, duesOf(view), stability);

/** The share of probes that failed, of those due from the first failed to the last failed one; 0: none failed. */
function failingShare(view: LaneView): number {
  const [whole] = outagesOf(view.timeline, duesOf(view), Number.POSITIVE_INFINITY);
  return whole === undefined ? 0 : whole.failed / whole.sent;
}

function outageReport({ first, last, failed, sent }: Outage, sources: ClockSources): OutageReport {
  const { disturbance, time, lanes } = sources;
  const dues = lanes.new === null ? [] : duesOf(lanes.new).filter((due) => due >= first && due <= last);
  return {
    beganSeconds: time.seconds(disturbance.at, first),
    lastedSeconds: time.seconds(first, last),
    resolutionSeconds: unseenSeconds(sources, dues),
    sent,
    failed,
    share: failed / sent,
  };
}
