import { clusters, madeClusterNames, ownClusterNames } from '../../catalogue/clusters.ts';
import { type FaultKind, type FaultTraits, faultKinds, faultTraits } from '../../catalogue/faults.ts';
import { policyTraits } from '../../catalogue/policies.ts';
import { switchovers } from '../../catalogue/switchovers.ts';
import type { Problem } from '../../scenario/error.ts';
import type { Plan } from '../schema.ts';
import type { PathTo } from './path.ts';

/** What only somebody's own cluster can be done to: on one of ours nothing stands behind a node that a command could reach. */
export function madeClusterProblems({ fault, provider }: Plan): Problem[] {
  if (fault === null || !clusters[provider].made) return [];
  const { onOwnCluster }: FaultTraits = faultTraits[fault.kind];
  if (onOwnCluster !== 'only') return [];
  const able = faultKinds.filter((kind) => faultTraits[kind].silencesNode && kind !== fault.kind);
  return [
    {
      path: ['fault', 'kind'],
      what: `${fault.kind} is for a cluster of yours only: a node of the ${provider} cluster is no machine that a command of yours knows`,
      hint: `run it with --cluster ${ownClusterNames[0]}:NAME; what takes a node here is ${able.join(', ')}`,
      ofCluster: true,
    },
  ];
}

/** What an experiment cannot do to a cluster that midflight has not made. */
export function ownClusterProblems(plan: Plan, pathTo: PathTo): Problem[] {
  return [...faultProblems(plan), ...wayProblems(plan, pathTo), ...engineProblems(plan, pathTo)];
}

const isPossible = (kind: FaultKind): boolean => {
  const { onOwnCluster }: FaultTraits = faultTraits[kind];
  return onOwnCluster !== undefined;
};

function faultProblems({ fault, provider }: Plan): Problem[] {
  if (fault === null) return [];
  const { kind, pod, target } = fault;
  if (!isPossible(kind)) {
    const able = faultKinds.filter(isPossible);
    return [
      {
        path: ['fault', 'kind'],
        what: `${kind} is not injected into a cluster that midflight has not made (${provider})`,
        hint: `it can do ${able.join(', ')} there; run this one on ${madeClusterNames.join(' or ')}`,
      },
    ];
  }
  const unknown = 'which pods answer behind the Service is not known on a cluster of yours';
  const hint = "let it be 'ingress': the pods of the Service";
  return [
    ...(pod === 'app' ? [{ path: ['fault', 'pod'], what: unknown, hint }] : []),
    ...(target.runs === 'app' ? [{ path: ['fault', 'target', 'runs'], what: unknown, hint }] : []),
  ];
}

/** Clients choose their own address: nobody moves them to another. */
function wayProblems({ trials }: Plan, pathTo: PathTo): Problem[] {
  const moving = new Set(
    trials.flatMap(({ policy }) => {
      const { switchover } = policyTraits(policy);
      const moves = switchover !== null && switchovers[switchover].movesClients === true;
      return moves && policy !== null ? [policy] : [];
    }),
  );
  return [...moving].map((policy) => ({
    path: pathTo('policies'),
    what: `${policy} moves clients to another address, and those of a cluster of yours are not midflight's to move`,
    hint: 'choose another way; docs/flipping-safely.md has them',
  }));
}

/** These ask midflight's own app for short answers. */
function engineProblems({ load }: Plan, pathTo: PathTo): Problem[] {
  return load.flatMap((item, index): Problem[] => {
    if (item.kind === 'streams' || item.kind === 'probe') return [];
    return [
      {
        path: pathTo('load', index, 'kind'),
        what: `${item.kind} asks for pages of midflight's own app, which a cluster of yours does not have`,
        hint: 'use streams and probe there, as load of its block under providers',
      },
    ];
  });
}
