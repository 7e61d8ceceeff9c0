import type { Clock } from '../base/clock.ts';
import { MidflightError } from '../base/errors.ts';
import type { RoleHandle } from '../base/role.ts';
import { type NodeName, nsPerMs } from '../base/units.ts';
import type { EdgeCommand } from '../edge/protocol.ts';
import type { EventOf, HistoryEvent } from '../history/schema.ts';
import type { BalancerSight } from '../policies/index.ts';
import type { HostPort, Workload } from '../providers/provider.ts';
import { balancerWatch } from './balancer-watch.ts';
import type { InstrumentReport } from './instruments.ts';
import type { Run } from './run.ts';

type Which = 'first' | 'second';

/** One of two fronts: what it was seen to do, whoever's turn it is. */
interface Side {
  readonly balancer: BalancerSight;
  record(event: HistoryEvent): void;
  /** Another balancer takes its place, of which nothing was seen yet. */
  begin(): void;
}

/**
 * Two balancers, of which clients use one. Connections of both are in the history. Targets, checks and verdicts are those of
 * the one that is shown; when the other is shown, the history first records what it holds.
 */
interface ShownFront {
  readonly first: Side;
  readonly second: Side;
  show(which: Which): void;
}

export function shownFront({ record, clock }: Pick<Run, 'record' | 'clock'>): ShownFront {
  let shown: Which = 'first';
  const sides = { first: side('first'), second: side('second') };
  function side(which: Which) {
    let balancer = balancerWatch();
    const health = new Map<NodeName, EventOf<'health'>>();
    let reconcile: EventOf<'reconcile'> | null = null;
    return {
      get balancer() {
        return balancer;
      },
      begin() {
        balancer = balancerWatch();
        health.clear();
        reconcile = null;
      },
      health,
      get reconcile() {
        return reconcile;
      },
      record(event: HistoryEvent) {
        balancer.observe(event);
        if (event.type === 'health') health.set(event.node, event);
        if (event.type === 'reconcile') reconcile = event;
        const ofShown = event.type === 'health' || event.type === 'reconcile' || event.type === 'check';
        if (shown === which || !ofShown) record(event);
      },
    };
  }
  return {
    ...sides,
    show(which) {
      if (shown === which) return;
      const [before, after] = [sides[shown], sides[which]];
      const t = clock.now();
      shown = which;
      for (const [node, { eligible }] of before.health) {
        if (eligible && after.health.get(node)?.eligible !== true)
          record({ type: 'health', t, node, eligible: false, healthy: false, reason: 'other balancer' });
      }
      if (after.reconcile !== null) record({ ...after.reconcile, t });
      for (const event of after.health.values()) record({ ...event, t, reason: 'other balancer' });
    },
  };
}

/** A second balancer for the time of one switchover. */
export interface SecondFront {
  begin(service: string): Promise<BalancerSight>;
  readonly first: BalancerSight;
  /** Whether a pod has taken a connection through this node since it began. Asks again while it has not. */
  passes(node: NodeName): boolean;
  /** The history follows it from now on. Returns the address for new connections. */
  show(): HostPort;
  /** The first is shown again, and the second gone; nothing if there is none. */
  end(): Promise<void>;
}

/** Its process. */
type SecondEdge = Pick<
  RoleHandle<EdgeCommand, InstrumentReport, HostPort>,
  'ready' | 'send' | 'onMessage' | 'stop'
>;

/** How often the nodes are asked. */
const askEveryNs = 100 * nsPerMs;

export function secondFront(
  shown: ShownFront,
  namespace: string,
  launch: (service: Workload['service']) => Promise<SecondEdge>,
  { now }: Pick<Clock, 'now'>,
): SecondFront {
  let handle: SecondEdge | null = null;
  let passing = new Set<NodeName>();
  let askedAt = Number.NEGATIVE_INFINITY;
  return {
    async begin(name) {
      const seen = new Set<NodeName>();
      passing = seen;
      shown.second.begin();
      handle = await launch({ namespace, name });
      handle.onMessage((message) => {
        if (message.type === 'reached') for (const node of message.nodes) seen.add(node);
      });
      return shown.second.balancer;
    },
    passes(node) {
      if (passing.has(node)) return true;
      if (now() - askedAt < askEveryNs) return false;
      askedAt = now();
      handle?.send({ type: 'reach' });
      return false;
    },
    first: shown.first.balancer,
    show() {
      shown.show('second');
      if (handle === null) throw new MidflightError('internal', 'the second balancer has not begun');
      return handle.ready;
    },
    async end() {
      if (handle === null) return;
      const ending = handle;
      handle = null;
      shown.show('first');
      await ending.stop();
    },
  };
}
