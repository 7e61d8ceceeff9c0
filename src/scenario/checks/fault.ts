import { madeClusterNames, ownClusterNames } from '../../catalogue/clusters.ts';
import { type FaultTraits, faultTraits, takesWorkload } from '../../catalogue/faults.ts';
import type { Problem } from '../error.ts';
import { loadLists, type Sound, unknownName } from './sound.ts';

export const checkFault = (sound: Sound): Problem[] => [
  ...checkTarget(sound),
  ...checkCluster(sound),
  ...checkController(sound),
  ...checkTrigger(sound),
];

function checkTarget({ fault, nodes }: Sound): Problem[] {
  if (fault === undefined || nodes === undefined) return [];
  const problems: Problem[] = [];
  const { node, pool, labels, zone } = fault.target;
  const zones = [...new Set(nodes.flatMap((one) => one.zone ?? []))];
  const pools = [...new Set(nodes.map(({ name }) => name))];
  const names = [
    ...new Set(nodes.flatMap(({ name, count }) => Array.from({ length: count }, (_, at) => `${name}-${at}`))),
  ];
  if (takesWorkload(faultTraits[fault.kind])) {
    if (Object.keys(fault.target).length === 0) return [];
    const what = `fault.target has no meaning: ${fault.kind} takes pods of fault.pod, wherever they run`;
    return [{ path: ['fault', 'target'], what, hint: 'remove it' }];
  }
  if (Object.keys(fault.target).every((key) => key === 'within')) {
    problems.push({
      path: ['fault', 'target'],
      what: 'fault.target is empty',
      hint: 'name a node, a pool, labels, or what the node runs',
    });
  }
  const { count = 1, within } = fault.target;
  if (within !== undefined && count === 1) {
    problems.push({
      path: ['fault', 'target', 'within'],
      what: 'fault.target.within has no meaning for one node',
      hint: 'add fault.target.count, or remove it',
    });
  }
  // If the file has no pools, those of the cluster are checked once they are known.
  const known = nodes.length > 0;
  if (known && pool !== undefined && !pools.includes(pool))
    problems.push(unknownName(['fault', 'target', 'pool'], 'pool', pool, pools));
  if (known && zone !== undefined && !zones.includes(zone))
    problems.push(unknownName(['fault', 'target', 'zone'], 'zone', zone, zones));
  // On a real cluster nodes have other names; the pool's numbering holds on all.
  if (known && node !== undefined && !names.includes(node))
    problems.push(unknownName(['fault', 'target', 'node'], 'node', node, names));
  if (labels !== undefined && Object.keys(labels).length === 0) {
    problems.push({
      path: ['fault', 'target', 'labels'],
      what: 'fault.target.labels is empty',
      hint: 'remove it, or name a label',
    });
  }
  return problems;
}

/** What only a cluster of the user's can be done to needs one. */
function checkCluster({ fault, providers = {} }: Sound): Problem[] {
  if (fault === undefined) return [];
  const { onOwnCluster }: FaultTraits = faultTraits[fault.kind];
  if (onOwnCluster !== 'only') return [];
  if (ownClusterNames.some((name) => providers[name]?.service !== undefined)) return [];
  const what = `${fault.kind} takes nodes of a cluster of yours, and the file names none: on ${madeClusterNames.join(' and ')} a node is no machine that a command of yours knows`;
  const hint = `add providers: {${ownClusterNames[0]}: {service: NAMESPACE/NAME, url: 'https://…'}}`;
  return [{ path: ['fault', 'kind'], what, hint }];
}

/** A DaemonSet has no number of pods that could be set, and the rules of kube-proxy do not lead to the app. */
function checkController({ fault, ingress, app }: Sound): Problem[] {
  if (fault === undefined) return [];
  const { scales, failsNew, takes }: FaultTraits = faultTraits[fault.kind];
  if (failsNew === true && takes === 'pod' && fault.pod === 'app') {
    const what = `${fault.kind} has no meaning for app: the ingress finds its pods without kube-proxy`;
    return [{ path: ['fault', 'pod'], what, hint: 'remove it' }];
  }
  const pods = { ingress, app }[fault.pod];
  if (scales !== true || pods?.kind !== 'DaemonSet') return [];
  const what = `${fault.kind} has no meaning for ${fault.pod}: it is a DaemonSet, with one pod on each node`;
  return [{ path: ['fault', 'kind'], what, hint: `let ${fault.pod}.kind be Deployment` }];
}

/** Each provider's load must be able to set the fault off. */
function checkTrigger(sound: Sound): Problem[] {
  const wanted = sound.fault?.trigger.streamsInFlight ?? 0;
  return loadLists(sound).flatMap(([path, load]) => {
    const streams = load.reduce((sum, item) => sum + (item.kind === 'streams' ? item.concurrency : 0), 0);
    if (wanted <= streams) return [];
    const where = path.length === 1 ? 'the load' : `the load of ${path.slice(0, -1).join('.')}`;
    return [
      {
        path: ['fault', 'trigger', 'streamsInFlight'],
        what: `the fault waits for ${wanted} streams, and ${where} has ${streams}`,
        hint: `it must be at most ${streams}`,
      },
    ];
  });
}
