import type { NodeFacts } from '../audit/facts/candidates.ts';
import { distinct, nameLike, poolOf } from './names.ts';
import type { PoolShape, TaintEffect } from './shape.ts';

export interface PlacedNode {
  readonly facts: NodeFacts;
  readonly runsIngress: boolean;
  readonly excluded: boolean;
}

/** Nodes that are alike, put together; in the order of their first node's name. */
export function poolsOf(nodes: readonly PlacedNode[]): PoolShape[] {
  const groups = new Map<string, PlacedNode[]>();
  for (const one of nodes) {
    const key = JSON.stringify(traitsOf(one));
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const name = distinct();
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { pool, ...traits } = traitsOf(first);
    const wanted = pool ?? (traits.preemptible ? 'preemptible' : traits.runsIngress ? 'ingress' : 'nodes');
    return [{ ...traits, name: name(nameLike(wanted, 'nodes')), count: group.length, of: group.length }];
  });
}

function traitsOf({ facts: { node, zone, spot }, runsIngress, excluded }: PlacedNode) {
  return {
    pool: poolOf(node.metadata.labels),
    preemptible: spot !== null,
    zone: zone === null ? null : nameLike(zone, 'zone'),
    taints: taintsOf(node.spec.taints),
    runsIngress,
    excluded,
  };
}

/** Those of `node.kubernetes.io` come and go with a node's state: the node controller sets them. */
function taintsOf(taints: NodeFacts['node']['spec']['taints']): PoolShape['taints'] {
  return taints
    .filter(({ key }) => !key.startsWith('node.kubernetes.io/'))
    .flatMap(({ key, value, effect }) => (isEffect(effect) ? [{ key, value: value ?? '', effect }] : []))
    .sort((a, b) => (a.key + a.effect < b.key + b.effect ? -1 : 1));
}

const isEffect = (text: string): text is TaintEffect =>
  text === 'NoSchedule' || text === 'PreferNoSchedule' || text === 'NoExecute';
