import { faultTraits, takesWorkload } from '../../catalogue/faults.ts';
import type { Problem } from '../error.ts';
import { loadLists, type Sound, unknownName } from './sound.ts';

export const checkFault = (sound: Sound): Problem[] => [...checkTarget(sound), ...checkTrigger(sound)];

function checkTarget({ fault, nodes }: Sound): Problem[] {
  if (fault === undefined || nodes === undefined) return [];
  const problems: Problem[] = [];
  const { node, pool, labels } = fault.target;
  const pools = [...new Set(nodes.map(({ name }) => name))];
  const names = [
    ...new Set(nodes.flatMap(({ name, count }) => Array.from({ length: count }, (_, at) => `${name}-${at}`))),
  ];
  if (takesWorkload(faultTraits[fault.kind])) {
    if (Object.keys(fault.target).length === 0) return [];
    const what = `fault.target has no meaning: ${fault.kind} takes all pods of fault.pod, wherever they run`;
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
  if (pool !== undefined && !pools.includes(pool))
    problems.push(unknownName(['fault', 'target', 'pool'], 'pool', pool, pools));
  // On a real cluster nodes have other names; the pool's numbering holds on all.
  if (node !== undefined && !names.includes(node))
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
