import type { OwnAnswerReason } from '../base/connections.ts';
import type { Cause } from '../catalogue/causes.ts';
import type { CdnCode } from '../catalogue/cdn-codes.ts';
import { isPartOf } from '../catalogue/disturbances.ts';
import { undoneAt } from './build/disturbances.ts';
import type { Judged } from './build/losses.ts';
import type { BuiltTrial } from './build/trial.ts';
import { isUnanswered } from './build/unanswered.ts';

/*
 * What a report's sums are made of: each lost request, and how the others went. Made beside the report for those who ask,
 * and not part of report.json.
 */

/** The nodes of a request's path as far as the records show them. */
interface RequestPath {
  readonly transit: string | null;
  readonly ingress: string | null;
  readonly endpoint: string | null;
}

/** Seconds are of cluster time since the trial's start. */
export interface LostRequest {
  readonly id: string;
  readonly kind: 'stream' | 'new' | 'kept';
  readonly startedSeconds: number;
  readonly endedSeconds: number;
  /** How far it had come. */
  readonly phase: 'connecting' | 'waiting' | 'receiving';
  /** Bytes of the body. */
  readonly bytes: number;
  readonly outcome: string;
  readonly path: RequestPath;
  readonly cause: Cause;
  /** Its path proves the cause; else only the time speaks for it. */
  readonly proven: boolean;
  readonly cdn: CdnCode | null;
  /** The load balancer answered it itself; null: it did not. */
  readonly own: { readonly reason: OwnAnswerReason; readonly status: number } | null;
  /** What it was lost to; null: to nothing that was done. */
  readonly lostTo: { readonly kind: string; readonly node: string | null; readonly atSeconds: number } | null;
  /** Records that contradict each other; null: they agree. */
  readonly contradiction: string | null;
  /** An ingress logged it. */
  readonly logged: boolean;
}

/** Streams that took one way through the cluster. null: the records do not show it. */
export interface Flow extends RequestPath {
  readonly streams: number;
  readonly lost: number;
  readonly byCause: Partial<Record<Cause, number>>;
}

interface PathNode {
  readonly name: string;
  /** Whether the balancer held it healthy and in its target set when the fault came, or at the end without one. */
  readonly green: boolean;
  readonly dead: boolean;
  /** Ready pods when the trial began. */
  readonly ingress: number;
  readonly app: number;
}

export interface TrialDetail {
  readonly index: number;
  readonly policy: string | null;
  readonly repeat: number;
  /** The first of them, by when they ended. */
  readonly lost: readonly LostRequest[];
  readonly lostInAll: number;
  readonly flows: readonly Flow[];
  readonly nodes: readonly PathNode[];
}

/** The details of a trial, with at most `limit` lost requests. */
export function detailOf(trial: BuiltTrial, limit: number): TrialDetail {
  const { report, streams, lanes } = trial;
  const all = [...streams, ...(lanes.new?.failed ?? []), ...(lanes.reused?.failed ?? [])];
  const lost = all.filter((one) => one.lost).sort((a, b) => a.request.endedAt - b.request.endedAt);
  return {
    index: report.index,
    policy: report.policy,
    repeat: report.repeat,
    lost: lost.slice(0, limit).map((one) => lostRequest(one, trial)),
    lostInAll: lost.length,
    flows: flowsOf(trial),
    nodes: nodesOf(trial),
  };
}

function lostRequest(one: Judged, { record, time, pathOf }: BuiltTrial): LostRequest {
  const { request, disturbance } = one;
  const since = (t: number) => time.seconds(record.start.t, t);
  return {
    id: request.id,
    kind: request.lane === null ? 'stream' : request.lane === 'new' ? 'new' : 'kept',
    startedSeconds: since(request.startedAt),
    endedSeconds: since(request.endedAt),
    phase: phaseOf(one),
    bytes: request.bodyBytes,
    outcome: one.outcome,
    path: pathOf(request),
    cause: one.cause ?? 'unattributed',
    proven: one.proven,
    cdn: one.cdn,
    own: request.connection?.own ?? null,
    lostTo:
      disturbance === null
        ? null
        : { kind: disturbance.kind, node: disturbance.node, atSeconds: since(disturbance.at) },
    contradiction: one.contradiction,
    logged: record.logged.has(request.id),
  };
}

/** A load balancer may take a connection that the node never answers: the outcome shows that, the client's socket does not. */
const neverConnected: readonly Judged['outcome'][] = [
  'refused',
  'connect-timeout',
  'slow-connect',
  'unreachable',
  'unresolved',
];

function phaseOf({ outcome, request }: Judged): LostRequest['phase'] {
  if (!isUnanswered(request)) return 'receiving';
  return request.connectedAt === null || neverConnected.includes(outcome) ? 'connecting' : 'waiting';
}

function flowsOf({ streams, pathOf }: BuiltTrial): Flow[] {
  const flows = new Map<
    string,
    RequestPath & { streams: number; lost: number; byCause: Partial<Record<Cause, number>> }
  >();
  for (const { request, lost, cause } of streams) {
    const path = pathOf(request);
    const key = `${path.transit}\n${path.ingress}\n${path.endpoint}`;
    const flow = flows.get(key) ?? { ...path, streams: 0, lost: 0, byCause: {} };
    flows.set(key, flow);
    flow.streams += 1;
    if (!lost) continue;
    flow.lost += 1;
    const why = cause ?? 'unattributed';
    flow.byCause[why] = (flow.byCause[why] ?? 0) + 1;
  }
  return [...flows.values()];
}

function nodesOf({ record, placement, nodeNames, disturbances, streams, pathOf }: BuiltTrial): PathNode[] {
  const fault = disturbances.find(({ kind }) => kind === 'fault' || kind === 'notice');
  const until = fault?.at ?? undoneAt(record);
  const green = new Set(record.before.green);
  for (const { t, node, eligible, healthy } of record.health) {
    if (t >= until) break;
    if (eligible && healthy) green.add(node);
    else green.delete(node);
  }
  const { app } = placement;
  // Pods that came later are there where streams reached them.
  const reached = new Set(streams.map(({ request }) => pathOf(request).ingress));
  const ingress = new Map([
    ...[...placement.mostIngress].filter(([name]) => reached.has(name)),
    ...placement.ingress,
  ]);
  const names = [...new Set([...nodeNames, ...ingress.keys(), ...app.keys()])];
  return names.map((name) => ({
    name,
    green: green.has(name),
    dead: disturbances.some(
      ({ kind, nodes, podKilled }) => isPartOf(kind, 'fault') && podKilled === null && nodes.includes(name),
    ),
    ingress: ingress.get(name) ?? 0,
    app: app.get(name) ?? 0,
  }));
}
