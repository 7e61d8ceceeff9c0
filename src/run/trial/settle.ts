import { type Milliseconds, type Nanoseconds, nsPerMs } from '../../base/units.ts';
import { zoneLabel } from '../../catalogue/zones.ts';
import type { TopologyNode } from '../../history/schema.ts';
import { followMs, turnsMs } from '../../plan/flip-time.ts';
import { probeTimeoutMs } from '../../plan/shape.ts';
import type { Strategy } from '../../policies/index.ts';
import { setPolicy } from '../cluster.ts';
import { setDistribution } from '../distribution.ts';
import { edgeFollows, expectedGreen, greenAtEdge } from '../expected.ts';
import { realMs, TrialSpoiled } from '../run.ts';
import { noise, slack, type Trial } from './trial.ts';

/** Sets the policy and waits until the edge holds green exactly the nodes that it should, and clients go by that. */
export async function settleOn(
  trial: Trial,
  { initial: policy, trafficDistribution }: Pick<Strategy, 'initial' | 'trafficDistribution'>,
): Promise<void> {
  const { run } = trial;
  const { edge } = run.plan;
  await setPolicy(run, policy);
  await setDistribution(run, trafficDistribution, trial.signal);
  const limit = followMs(edge) + turnsMs(edge, policy);
  const settled = () => edgeFollows(run, policy, Number.NEGATIVE_INFINITY);
  if (
    await run.state.until(
      settled,
      realMs(run.plan, limit + slack) + noise,
      trial.signal,
      `the edge to settle on ${policy}`,
    )
  )
    return zonesLeft(trial);
  throw new TrialSpoiled(
    'edge-not-settled',
    `the edge did not settle on ${policy}: ${unsettledWords(greenAtEdge(run), expectedGreen(run, policy, []))}`,
  );
}

/** More names than these do not help. */
const mostNames = 5;

/** `not green although it should be: stable-0 (1 of 5)`: the difference alone, as a cluster may have 200 nodes. */
export function unsettledWords(green: ReadonlySet<string>, wanted: ReadonlySet<string>): string {
  const named = (names: readonly string[]) =>
    names.length <= mostNames
      ? names.join(', ')
      : `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} others`;
  const missing = [...wanted].filter((name) => !green.has(name));
  const beyond = [...green].filter((name) => !wanted.has(name));
  const parts = [
    ...(missing.length === 0
      ? []
      : [
          `${missing.length} of ${wanted.size} nodes are not green although they should be (${named(missing)})`,
        ]),
    ...(beyond.length === 0
      ? []
      : [
          `${beyond.length} ${beyond.length === 1 ? 'is' : 'are'} green and should not be (${named(beyond)})`,
        ]),
  ];
  return parts.length === 0
    ? 'the nodes are as they should be, but it has not taken the policy'
    : parts.join('; ');
}

/**
 * Clients that come to the address of one zone leave it later than its last target is ejected (zoneDelay): load that began before
 * would still be sent to nodes that nothing is wrong with, but for the policy.
 */
async function zonesLeft({ run, signal }: Trial): Promise<void> {
  const { crossZone = true, zoneDelayMs = 0 } = run.plan.edge;
  if (crossZone || zoneDelayMs === 0 || run.provider.front.kind !== 'edge') return;
  const green = greenAtEdge(run);
  const zoneOf = ({ labels }: TopologyNode) => labels[zoneLabel];
  const nodes = run.topology.filter(({ controlPlane }) => !controlPlane);
  const served = new Set(nodes.filter(({ name }) => green.has(name)).map(zoneOf));
  if (nodes.every((node) => served.has(zoneOf(node)))) return;
  await run.clock.sleep(realMs(run.plan, zoneDelayMs), signal);
}

/** What is waited for besides the probes. */
interface Awaited {
  /** The instant of the disturbance. */
  readonly since: Nanoseconds;
  /** Cluster time. */
  readonly limitMs: Milliseconds;
  /**
   * The edge holds green what it should. The window begins only then: while it still sends connections to where nobody
   * answers, few of many probes may meet that, and a good window is chance.
   */
  readonly holds?: () => boolean;
  /** Whatever else has to be seen before it is over; the window may lie before it. */
  readonly also?: () => boolean;
  /** The same in words, for the live view. */
  readonly words?: string;
}

/** Waits for an all-good stability window of the probes; false at the limit. */
export function probesStable(trial: Trial, awaited: Awaited): Promise<boolean> {
  const { since, limitMs, holds = () => true, also = () => true, words = '' } = awaited;
  const { plan, state, clock } = trial.run;
  const ns = (ms: number) => realMs(plan, ms) * nsPerMs;
  const [window, timeout] = [ns(plan.stabilityMs), ns(probeTimeoutMs(plan))];
  let heldSince: Nanoseconds | null = null;
  const stable = () => {
    heldSince = holds() ? (heldSince ?? Math.max(since, clock.now())) : null;
    return heldSince !== null && also() && state.probes.stableSince(heldSince, clock.now(), window, timeout);
  };
  const what = `${plan.stabilityMs / 1000} s without a failed probe${words}`;
  return state.until(stable, realMs(plan, limitMs) + noise, trial.signal, what);
}
