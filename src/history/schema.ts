import * as z from 'zod';
import { endpoints, ingressLog, kubernetesEvent, nodeCondition, pod, service } from './events/cluster.ts';
import { check, edgeClose, edgeOpen, edgeRequest, edgeResponse, health, reconcile } from './events/edge.ts';
import { checksum, clockOffset, instrumentFailed, lateness } from './events/instruments.ts';
import { end, engineSummary, start } from './events/requests.ts';
import {
  command,
  disturbance,
  finish,
  header,
  note,
  phase,
  topology,
  trialEnd,
  trialStart,
} from './events/run.ts';

/*
 * history.ndjson: one JSON object a line, append-only, written by one process. The first line is the header.
 * `t` and every field ending in `At` is the monotonic clock in nanoseconds (one scale for all processes and
 * containers on one Linux kernel; the header ties it to wall time). Durations are real time, not cluster time:
 * analysis multiplies by the header's timeScale.
 */

export { checksum } from './events/instruments.ts';
export type { FaultMeaning, PolicyMeaning, TrialMeaning } from './events/meaning.ts';
export { type Outcome, outcomes, type Path, path } from './events/requests.ts';
export { historyVersion, type Phase, type TopologyNode } from './events/run.ts';

export const historyEvent = z.discriminatedUnion('type', [
  header,
  topology,
  trialStart,
  trialEnd,
  phase,
  start,
  end,
  edgeOpen,
  edgeClose,
  edgeRequest,
  edgeResponse,
  check,
  health,
  reconcile,
  nodeCondition,
  endpoints,
  service,
  pod,
  kubernetesEvent,
  ingressLog,
  disturbance,
  lateness,
  instrumentFailed,
  clockOffset,
  engineSummary,
  note,
  command,
  finish,
  checksum,
]);

export type HistoryEvent = z.infer<typeof historyEvent>;
export type EventOf<T extends HistoryEvent['type']> = Extract<HistoryEvent, { type: T }>;
