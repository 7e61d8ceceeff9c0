import type { Disturbance } from './disturbances.ts';
import type { Placement } from './placement.ts';
import type { RequestRecord, RunRecord, TrialRecord } from './records.ts';
import type { Cause } from './schema.ts';

/** Everything that decides who is to blame in one trial. */
export interface Blame {
  readonly run: RunRecord;
  readonly trial: TrialRecord;
  readonly placement: Placement;
  readonly flip: Disturbance | null;
  readonly fault: Disturbance | null;
  /** Under which policy a connection is that begins before the flip. */
  readonly initialPolicy: 'Cluster' | 'Local';
  /** ... and after it, or in a trial without one. */
  readonly finalPolicy: 'Cluster' | 'Local';
}

/** The nodes of a request's path, as far as anything tells them. */
export function pathOf(request: RequestRecord, { run, trial }: Pick<Blame, 'run' | 'trial'>) {
  const podNode = (pod: string | null) => (pod === null ? null : (run.podNodes.get(pod) ?? null));
  return {
    transit: request.connection?.node ?? null,
    ingress: request.ingressNode ?? podNode(request.ingressPod) ?? trial.logged.nodeOf(request.id),
    endpoint: request.endpointNode,
  };
}

/** Why a request was lost. Only what the records show: where they are silent it is `unattributed`. */
export function causeOf(request: RequestRecord, blame: Blame): Cause {
  const { flip, fault, finalPolicy, placement } = blame;
  const path = pathOf(request, blame);
  const droppedByLocal =
    flip !== null &&
    finalPolicy === 'Local' &&
    request.startedAt >= flip.at &&
    path.transit !== null &&
    !placement.ingress.has(path.transit);
  // Local drops new connections there, whether the node lives or not.
  if (droppedByLocal && request.firstByteAt === null) return 'switchover';
  if (fault !== null && request.endedAt >= fault.at) {
    const cause = fault.podKilled === null ? byDeadNode(request, blame, fault) : byDeadPod(path, fault);
    if (cause !== null) return cause;
  }
  if (flip !== null && request.endedAt >= flip.at && request.startedAt < flip.until) return 'switchover';
  return 'unattributed';
}

function byDeadPod(path: ReturnType<typeof pathOf>, { node, podKilled }: Disturbance): Cause | null {
  if (podKilled === 'app') return path.endpoint === node ? 'endpoint' : null;
  return path.ingress === node ? 'ingress' : null;
}

function byDeadNode(request: RequestRecord, blame: Blame, { node }: Disturbance): Cause | null {
  const { placement, trial } = blame;
  if (node === null) return null;
  const path = pathOf(request, blame);
  if (path.endpoint === node) return 'endpoint';
  if (path.ingress === node) return 'ingress';
  if (path.transit === node) {
    // Under Local a connection never leaves its transit node: that node was its ingress node as well.
    const before = blame.flip !== null && request.startedAt < blame.flip.at;
    const policy = before ? blame.initialPolicy : blame.finalPolicy;
    return policy === 'Local' && placement.ingress.has(node) ? 'ingress' : 'transit';
  }
  if (request.firstByteAt !== null || path.transit === null) return null;
  // No answer, through a node that lives. An ingress that lives logs every request that reaches it: one that none has
  // logged went to the dead ingress pod; one that was logged waited for the dead app pod.
  const logs = trial.logged.any || blame.run.topology?.ingressKind === 'model';
  if (!logs) return null;
  if (trial.logged.has(request.id)) return placement.app.has(node) ? 'endpoint' : null;
  return placement.ingress.has(node) ? 'ingress' : null;
}

/** Losses that Local would have spared: only carried by a node that runs no ingress pod. */
export function avoidableByLocal(request: RequestRecord, cause: Cause, blame: Blame): boolean {
  const { transit } = pathOf(request, blame);
  return cause === 'transit' && transit !== null && !blame.placement.ingress.has(transit);
}
