import type { ComparisonRow } from '../analysis/schema.ts';
import { wilson } from '../analysis/wilson.ts';
import { isPartOf } from '../catalogue/disturbances.ts';
import { staysOnNode } from '../catalogue/policies.ts';
import { differenceBetween, withinChance } from './chance.ts';
import { concentration } from './concentration.ts';
import { cureOf } from './cures.ts';
import { interval, percent, policyLabel } from './figures.ts';

/*
 * What follows from the figures: whether to flip, how, and at which price. Only if more than chance speaks for it.
 */

interface Sources {
  /** Rows in which a fault was injected. */
  readonly struck: readonly ComparisonRow[];
  /** Rows with at least one repeat that counts. */
  readonly counted: readonly ComparisonRow[];
}

/** Sentences; empty if nothing follows. */
export function advice({ struck, counted }: Sources): string[] {
  const cure = cureOf(struck);
  // Where arrangements are compared, the policy alone is one of them.
  const own = cure.length === 0 ? local({ struck, counted }) : cure;
  return [...own, ...struck.flatMap(preferenceIsNoCure)];
}

function local({ struck, counted }: Sources): string[] {
  const found = comparedPolicies(struck);
  if (found === null) return howToFlip(counted, false);
  const { cluster, local, flipped } = found;
  const [one, other] = [policyLabel(local.policy), policyLabel(cluster.policy)];
  if (share(local) >= share(cluster))
    return [`${one} lost more than ${other} here: it is no cure for this node.`];
  const avoids = `it ${local.lost === 0 ? 'avoids' : 'reduces'} this loss${byHowMuch(local, cluster)}`;
  const late =
    flipped !== undefined && flipped.lost > 0 && flipped.expectedShare === cluster.expectedShare
      ? ', but only for connections opened after the flip: those opened before it stay on their node and die with it, so flip well before a node goes'
      : '';
  return [`Flip to ${one}: ${avoids}${late}.`, ...howToFlip(counted, true), ...concentration(local, cluster)];
}

/** Whatever stays on its node and what does not, both measured without a switchover and further apart than chance. */
function comparedPolicies(rows: readonly ComparisonRow[]) {
  const of = (initialStays: boolean, finalStays: boolean) =>
    rows.find(
      ({ traffic }) =>
        traffic !== null &&
        traffic.trafficDistribution === undefined &&
        (traffic.switchover !== null) === (initialStays !== finalStays) &&
        staysOnNode(traffic.initial) === initialStays &&
        staysOnNode(traffic.final) === finalStays,
    );
  const [cluster, local, flipped] = [of(false, false), of(true, true), of(false, true)];
  if (cluster === undefined || local === undefined || withinChance(cluster, local) !== false) return null;
  return { cluster, local, flipped };
}

/**
 * PreferSameNode under Cluster looks like a soft Local. Kubernetes, "Traffic distribution": it is a preference of kube-proxy;
 * no healthCheckNodePort comes with it, so the balancer goes on using nodes without a pod.
 */
function preferenceIsNoCure({ policy, traffic, byCause }: ComparisonRow): string[] {
  const through = byCause.transit ?? 0;
  if (traffic?.trafficDistribution === undefined || through === 0) return [];
  return [
    `${policyLabel(policy)} is not the cure that it looks like: it takes away the second hop only of connections that arrive at a node with an ingress pod. The balancer still uses the other nodes, and ${through} ${through === 1 ? 'stream' : 'streams'} died with one that only passed them on; the client's address is lost as under Cluster.`,
  ];
}

const share = (row: ComparisonRow) => row.lost / row.started;

/** ` (15 % of streams fewer, 95 % interval 5..26 %)`; empty if the report holds no interval. */
function byHowMuch(local: ComparisonRow, cluster: ComparisonRow): string {
  const found = differenceBetween(cluster, local);
  if (found?.interval === undefined || found.difference === undefined) return '';
  const { low, high } = found.interval;
  const ends = [low, high].map((end) => Math.abs(end * 100)).sort((a, b) => a - b);
  const range = ends.map((end) => end.toFixed(0)).join('..');
  return ` (${percent(Math.abs(found.difference))} of streams fewer, 95 % interval ${range} %)`;
}

/** The way to flip that cost nothing, beside what the flip in place cost; or what would measure such a way. */
function howToFlip(counted: readonly ComparisonRow[], wanted: boolean): string[] {
  const flips = counted.filter(({ traffic }) => traffic !== null && traffic.switchover !== null);
  const dear = flips.filter(cost);
  return dear.flatMap((row) => {
    const best = flips.find(
      (other) =>
        other.traffic?.initial === row.traffic?.initial &&
        other.traffic?.final === row.traffic?.final &&
        !cost(other) &&
        other.disturbances.some(({ outage }) => outage !== null),
    );
    if (best !== undefined)
      return [
        `Flip by ${policyLabel(best.policy)}: the change itself cut none of ${best.started} streams (${interval({ interval: wilson(0, best.started) })}) and failed no new connection; ${policyLabel(row.policy)} did.`,
      ];
    return wanted
      ? [
          `midflight run flip-safely measures ways to flip that do not cost what ${policyLabel(row.policy)} does.`,
        ]
      : [];
  });
}

/** Whether the switchover itself cost anything, apart from any fault. */
const cost = ({ disturbances }: ComparisonRow): boolean =>
  disturbances.some(
    ({ kind, requestsLost, outage }) =>
      kind !== null && isPartOf(kind, 'switchover') && (requestsLost > 0 || (outage?.failed ?? 0) > 0),
  );
