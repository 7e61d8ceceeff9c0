import { type Nanoseconds, type NodeName, nsPerMs } from '../../base/units.ts';
import type { TrafficPolicy } from '../../catalogue/policies.ts';
import { healthzPort } from '../../kube/names.ts';
import { detectionMs, followMs, turnsMs } from '../../plan/flip-time.ts';
import type { PlannedEdge } from '../../plan/schema.ts';
import type { BalancerSight } from '../../policies/index.ts';

/** The Service, as far as its balancer goes by it. */
export interface ServiceState {
  readonly policy: TrafficPolicy;
  readonly annotations: Readonly<Record<string, string>>;
  readonly nodePort: number | null;
  readonly healthCheckNodePort: number | null;
}

/**
 * A balancer that keeps no log for us: what it must have done by now. It follows the Service and the nodes within its
 * preset's delays, here taken twice, and its checks find what we find when we ask the nodes ourselves.
 */
export interface InferredSight extends BalancerSight {
  service(now: ServiceState): void;
  /** The nodes that its controller may use. */
  nodes(eligible: ReadonlySet<NodeName>): void;
  /** What the node answers on the port that is checked now. */
  answered(node: NodeName, ok: boolean): void;
  /** The port that the balancer checks by the Service as it is, and what it expects there. */
  check(): {
    readonly kind: 'http' | 'tcp';
    readonly port: number | null;
    readonly path: string;
    /** It passes only if the node has a ready pod of the Service. */
    readonly asksForPods: boolean;
  };
}

/** Published delays are typical ones. */
const margin = 2;

export function inferredSight(
  edge: PlannedEdge,
  now: () => Nanoseconds,
  openConnections: BalancerSight['openConnections'] = () => 0,
): InferredSight {
  const lagNs = margin * followMs(edge) * nsPerMs;
  const removalNs = lagNs + margin * edge.removalDelayMs * nsPerMs;
  let service: ServiceState | null = null;
  let policyBefore: TrafficPolicy | null = null;
  let policyAt: Nanoseconds = Number.NEGATIVE_INFINITY;
  const eligible = new Map<NodeName, { is: boolean; at: Nanoseconds }>();
  const answers = new Map<NodeName, { ok: boolean; at: Nanoseconds }>();
  const policy = (): TrafficPolicy | null =>
    now() - policyAt > lagNs ? (service?.policy ?? null) : policyBefore;
  const targets = () =>
    new Set(
      [...eligible].flatMap(([node, { is, at }]) => {
        const passed = now() - at;
        return (is ? passed > lagNs : passed <= removalNs) ? [node] : [];
      }),
    );
  const check = () => {
    const of = edge.checks[service?.policy ?? 'Cluster'];
    const pin = edge.pinCheck;
    const pinned =
      pin !== null &&
      Object.entries(pin.annotations).every(([key, text]) => service?.annotations[key] === text);
    const port = pinned ? pin.port : of.port;
    const asksForPods = port === 'healthCheckNodePort';
    return { kind: of.kind, path: of.path, port: portOf(port, service), asksForPods };
  };
  const turnNs = () => turnsMs(edge, service?.policy ?? 'Cluster') * nsPerMs;
  /** The verdict that the balancer must have by now: a change of the answer counts once its checks have turned. */
  const healthy = (node: NodeName): boolean => {
    const answer = answers.get(node);
    if (answer === undefined) return false;
    const { ok, at } = answer;
    const fallNs = detectionMs(edge, service?.policy ?? 'Cluster') * nsPerMs;
    return ok ? now() - at > turnNs() : now() - at <= fallNs;
  };
  return {
    get policy() {
      return policy();
    },
    get reconciledAt() {
      return now() - lagNs;
    },
    get targets() {
      return targets();
    },
    get healthy() {
      return new Set([...targets()].filter(healthy));
    },
    lastOpened: () => null,
    openConnections,
    lastCheck(node) {
      const answer = answers.get(node);
      if (answer === undefined) return null;
      // Whatever was there before this instant, its checks have seen enough of it since.
      return { at: Math.min(now() - lagNs, now() - turnNs()), ok: answer.ok, port: check().port };
    },
    service(state) {
      if (service !== null && service.policy !== state.policy) {
        policyBefore = policy();
        policyAt = now();
      }
      service = state;
    },
    nodes(names) {
      const first = eligible.size === 0;
      for (const name of new Set([...eligible.keys(), ...names])) {
        const is = names.has(name);
        if (eligible.get(name)?.is === is) continue;
        eligible.set(name, { is, at: first ? Number.NEGATIVE_INFINITY : now() });
      }
    },
    answered(node, ok) {
      const before = answers.get(node);
      if (before === undefined) answers.set(node, { ok, at: Number.NEGATIVE_INFINITY });
      else if (before.ok !== ok) answers.set(node, { ok, at: now() });
    },
    check,
  };
}

function portOf(port: PlannedEdge['checks']['Cluster']['port'], service: ServiceState | null): number | null {
  if (port === 'healthz') return healthzPort;
  if (port === 'nodePort') return service?.nodePort ?? null;
  if (port === 'healthCheckNodePort') return service?.healthCheckNodePort ?? null;
  return port === 'pod' ? null : port;
}
