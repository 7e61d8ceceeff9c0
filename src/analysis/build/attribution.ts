import type { Nanoseconds, NodeName } from '../../base/units.ts';
import type { Cause } from '../../catalogue/causes.ts';
import { isPartOf } from '../../catalogue/disturbances.ts';
import type { PathPlace } from '../../catalogue/faults.ts';
import type { TrafficPolicy } from '../../catalogue/policies.ts';
import type { TrialMeaning } from '../../history/schema.ts';
import { leavesNobody } from '../../plan/flip-time.ts';
import type { RequestRecord, RunRecord, TrialRecord } from '../records.ts';
import { contradiction } from './contradiction.ts';
import type { Disturbance } from './disturbances.ts';
import { endpointsAt, ofPart, type Placement } from './placement.ts';
import { passesNoService, stays } from './stays.ts';
import { isUnanswered } from './unanswered.ts';

/** Everything that decides who is to blame in one trial. */
export interface Blame {
  readonly run: RunRecord;
  readonly trial: TrialRecord;
  readonly placement: Placement;
  readonly meaning: TrialMeaning;
  readonly disturbances: readonly Disturbance[];
  readonly flip: Disturbance | null;
  readonly fault: Disturbance | null;
  /** The policy that connections started before `finalFrom` are under. */
  readonly initialPolicy: TrafficPolicy;
  /** The policy of those started after it, or in a trial without a flip. */
  readonly finalPolicy: TrafficPolicy;
  /** When a Service took the final policy: in a switchover in steps that is later than its begin. */
  readonly finalFrom: Nanoseconds;
}

/** Why a request was lost, and whether its path proves it: else only the time speaks for it. */
export interface Attribution {
  readonly cause: Cause;
  readonly proven: boolean;
  /** Records that contradict each other; null: they agree. */
  readonly contradiction: string | null;
  /** The part of the fault that its path shows; null: it shows none. */
  readonly injection: Disturbance | null;
}

/** The nodes of a request's path, as far as the records show them. */
export function requestPath(request: RequestRecord, { run, trial }: Pick<Blame, 'run' | 'trial'>) {
  const podNode = (pod: string | null) => (pod === null ? null : (run.podNodes.get(pod) ?? null));
  return {
    transit: request.connection?.node ?? null,
    ingress:
      request.ingressNode ??
      podNode(request.ingressPod) ??
      trial.logged.nodeOf(request.id) ??
      request.connection?.ingressNode ??
      null,
    endpoint: request.endpointNode,
  };
}

/** When its connection began: a kept one is older than the request. */
const connectionBegan = ({ connection, startedAt }: RequestRecord): Nanoseconds =>
  Math.min(connection?.openedAt ?? startedAt, startedAt);

/** Ready ingress pods on a node when a request's connection began; on a node that the fault took, those that it took there. */
function ingressOn(node: NodeName, request: RequestRecord, blame: Blame): number {
  const taken = injectionsOf(blame).find(({ nodes }) => nodes.includes(node));
  return blame.placement.ingressOn(
    node,
    Math.min(connectionBegan(request), taken?.at ?? Number.POSITIVE_INFINITY),
  );
}

/** Every part of the fault, in order: its notices, the fault itself on each node, its steps. */
export const injectionsOf = ({ disturbances }: Pick<Blame, 'disturbances'>): Disturbance[] =>
  disturbances.filter(({ kind }) => isPartOf(kind, 'fault'));

/** When the fault began to take its first node: with its notice, if it gives one. */
export const firstNoticeOrFaultAt = (blame: Blame): Nanoseconds | null => injectionsOf(blame)[0]?.at ?? null;

/** Why a request was lost. Only what the records show: if they are silent it is `unattributed`. */
export function attribute(request: RequestRecord, blame: Blame): Attribution {
  const contradicted = contradiction(request, blame);
  if (contradicted !== null)
    return { cause: 'unattributed', proven: false, contradiction: contradicted, injection: null };
  const { flip, finalPolicy, finalFrom } = blame;
  if (request.connection !== null && request.connection.node === null) {
    if (request.connection.barred) return proven('source-ranges');
    return proven(tookAddress(request, blame) ? 'switchover' : 'no-target');
  }
  const path = requestPath(request, blame);
  const dropped =
    flip !== null &&
    stays(finalPolicy, blame) &&
    !passesNoService(blame) &&
    connectionBegan(request) >= finalFrom &&
    path.transit !== null &&
    ingressOn(path.transit, request, blame) === 0;
  // Such a policy drops new connections there, whether the node lives or not.
  if (dropped && isUnanswered(request)) return proven('switchover');
  const disturbance = injectionsOf(blame).filter(({ at }) => request.endedAt >= at);
  for (const ask of [onPath, unanswered, nobodyLeft]) {
    for (const injection of disturbance) {
      const cause = ask(request, blame, injection);
      if (cause !== null) return proven(cause, injection);
    }
  }
  const met =
    flip !== null &&
    request.endedAt >= flip.at &&
    request.startedAt < Math.max(flip.until, flip.doneAt ?? flip.until);
  return { cause: met ? 'switchover' : 'unattributed', proven: false, contradiction: null, injection: null };
}

/** The controller had taken the address away, or everything behind it, because of the flip. */
function tookAddress(request: RequestRecord, { flip, run }: Blame): boolean {
  const { edge } = run.header.plan;
  if (flip === null || edge === undefined || !leavesNobody(edge.onFlip)) return false;
  const began = connectionBegan(request);
  return began >= flip.at && began < flip.until;
}

const proven = (cause: Cause, injection: Disturbance | null = null): Attribution => ({
  cause,
  proven: true,
  contradiction: null,
  injection,
});

/** The policy at an instant. */
export const policyAt = (
  t: Nanoseconds,
  { initialPolicy, finalPolicy, finalFrom }: Pick<Blame, 'initialPolicy' | 'finalPolicy' | 'finalFrom'>,
): TrafficPolicy => (t < finalFrom ? initialPolicy : finalPolicy);

/** The policy that its connection began under. */
export const policyOf = (request: RequestRecord, blame: Blame): TrafficPolicy =>
  policyAt(connectionBegan(request), blame);

/** Whether the recorded path goes through what was taken, and in which place. */
const onPath = (request: RequestRecord, blame: Blame, injection: Disturbance): Cause | null => {
  if (failsNew(injection)) return isFailedThere(request, blame, injection) ? 'transit' : null;
  return injection.podKilled === null ? byNode(request, blame, injection) : byPod(request, blame, injection);
};

/** Its nodes live and fail new connections; the parts of such a fault that take pods elsewhere do not. */
const failsNew = ({ fault, pods }: Disturbance): boolean =>
  fault?.failsNew === true && (pods === null || pods.length === 0);

function isFailedThere(request: RequestRecord, blame: Blame, { nodes, at }: Disturbance): boolean {
  const isNew = isUnanswered(request) && connectionBegan(request) >= at;
  return isNew && isIn(nodes, requestPath(request, blame).transit);
}

const isIn = (nodes: readonly string[], node: string | null): node is string =>
  node !== null && nodes.includes(node);

function byPod(
  request: RequestRecord,
  blame: Blame,
  { nodes, podKilled, pods, at }: Disturbance,
): Cause | null {
  const path = requestPath(request, blame);
  const taken = (pod: string | null, node: string | null) =>
    pods !== null && pod !== null ? pods.includes(pod) : isIn(nodes, node);
  const isNew = isUnanswered(request) && connectionBegan(request) >= at;
  if (podKilled === 'app') return taken(request.endpointPod, path.endpoint) ? 'endpoint' : null;
  if (taken(request.ingressPod, path.ingress)) return 'ingress';
  // If connections stay on their node, it passes new ones to its own ingress pods alone.
  const { transit } = path;
  if (!isNew || !isIn(nodes, transit) || !stays(policyOf(request, blame), blame)) return null;
  return ingressOn(transit, request, blame) === 1 ? 'ingress' : null;
}

function byNode(request: RequestRecord, blame: Blame, injection: Disturbance): Cause | null {
  const { nodes } = injection;
  const path = requestPath(request, blame);
  if (isIn(nodes, path.endpoint)) return 'endpoint';
  if (isIn(nodes, path.ingress)) return 'ingress';
  if (!isIn(nodes, path.transit)) return null;
  // A connection that never leaves its transit node: that node was its ingress node as well.
  if (stays(policyOf(request, blame), blame) && ingressOn(path.transit, request, blame) > 0) return 'ingress';
  return isSilent(request, blame, path.transit) ? 'transit' : null;
}

/**
 * No answer, through a node that lives. An ingress that lives logs every request that reaches it: one that none has logged
 * went to the dead ingress pod; one that was logged waited for the dead app pod.
 */
function unanswered(request: RequestRecord, blame: Blame, { podKilled, nodes }: Disturbance): Cause | null {
  const { placement, trial } = blame;
  const { transit } = requestPath(request, blame);
  if (podKilled !== null || !isUnanswered(request) || transit === null || wasAcceptedLate(request))
    return null;
  const logs = trial.logged.any || blame.run.topology?.ingressKind === 'model';
  if (!logs) return null;
  if (trial.logged.has(request.id)) return nodes.some((node) => placement.app.has(node)) ? 'endpoint' : null;
  // Past the Service the node that lives leads to its own pod alone.
  const ranIngress = nodes.some((node) => ingressOn(node, request, blame) > 0);
  return ranIngress && !passesNoService(blame) ? 'ingress' : null;
}

/** A new connection that met nobody: the fault took pods, and since it none of them all was ready when the request ended. */
function nobodyLeft(request: RequestRecord, { run, trial }: Blame, injection: Disturbance): Cause | null {
  const { podKilled, at } = injection;
  if (podKilled === null || !isUnanswered(request) || connectionBegan(request) < at) return null;
  const left = ofPart(endpointsAt(trial, request.endedAt), podKilled, run);
  if (left.length === 0 || left.flat().some(({ ready }) => ready)) return null;
  return podKilled === 'ingress' ? 'ingress' : 'endpoint';
}

const silencesNode = ({ fault }: Pick<Disturbance, 'fault'>): boolean => fault?.silencesNode ?? true;

/** Whether the fault costs a request that has the node in this place of its path. */
export const takesPlace = ({ fault }: Pick<Disturbance, 'fault'>, place: PathPlace): boolean =>
  fault === null || fault.takes === 'pod' || fault.takes.includes(place);

/** Whether the node had stopped to forward when the request ended: not so during a notice or in a drain. */
const isSilent = ({ endedAt }: RequestRecord, blame: Blame, node: string): boolean =>
  blame.disturbances.some(
    (one) => one.kind === 'fault' && silencesNode(one) && one.nodes.includes(node) && endedAt >= one.at,
  );

/** Most of the time that the client waited passed before the edge took its connection: no answer says little then. */
function wasAcceptedLate({ connection, connectedAt, endedAt, freshConnection }: RequestRecord): boolean {
  if (connection === null || connectedAt === null || freshConnection === false) return false;
  return (connection.acceptedAt - connectedAt) * 2 > endedAt - connectedAt;
}

/** Losses that Local would have spared: only carried, under another policy, by a node that runs no ingress pod. */
export function avoidableByLocal(request: RequestRecord, cause: Cause, blame: Blame): boolean {
  const { transit } = requestPath(request, blame);
  if (stays(policyOf(request, blame), blame)) return false;
  return cause === 'transit' && transit !== null && ingressOn(transit, request, blame) === 0;
}
