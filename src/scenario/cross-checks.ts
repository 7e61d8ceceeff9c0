import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseDuration } from '../base/units.ts';
import { parseExpectation } from './expectation.ts';
import type { Problem } from './issues.ts';
import { nearest } from './nearest.ts';
import { policyNames, type Scenario } from './schema.ts';

/** The parts of a scenario that are right by themselves; what is faulty is left out. */
type Sound = Partial<Scenario>;

/**
 * What no schema of one field can see: names that must exist, times that must fit together. Each check is done where
 * all that it reads is sound, so that a slip in one part hides no fault of another.
 */
export function crossChecks(sound: Sound, folder: string): Problem[] {
  return [
    uniqueNames(sound.nodes ?? [], ['nodes'], 'pool'),
    ...loadLists(sound).flatMap(([path, load]) => [
      uniqueNames(load, path, 'load item'),
      checkLoad(load, path, folder),
    ]),
    ...policyLists(sound).map(([path, policies]) => checkPolicies(policies, path)),
    checkTarget(sound),
    checkTrigger(sound),
    checkSelectors(sound),
    checkAllowList(sound),
    checkExpectations(sound),
  ].flat();
}

type Path = readonly PropertyKey[];
type Load = Scenario['load'];

const ms = (text: string) => parseDuration(text) ?? 0;

function loadLists({ load, providers = {} }: Sound): [Path, Load][] {
  const lists: [Path, Load][] = load === undefined ? [] : [[['load'], load]];
  for (const [provider, block] of Object.entries(providers)) {
    if (block?.load !== undefined) lists.push([['providers', provider, 'load'], block.load]);
  }
  return lists;
}

type Policies = Scenario['policies'];

function policyLists({ policies, providers = {} }: Sound): [Path, Policies][] {
  const lists: [Path, Policies][] = policies === undefined ? [] : [[['policies'], policies]];
  for (const [provider, block] of Object.entries(providers)) {
    if (block?.policies !== undefined) lists.push([['providers', provider, 'policies'], block.policies]);
  }
  return lists;
}

function checkPolicies(policies: Policies, path: Path): Problem[] {
  return policies.flatMap((policy, index) =>
    policies.indexOf(policy) === index
      ? []
      : [
          {
            path: [...path, index],
            what: `${policy} stands there twice`,
            hint: 'repeats tries it more often',
          },
        ],
  );
}

function uniqueNames(items: readonly { name: string }[], path: Path, what: string): Problem[] {
  return items.flatMap(({ name }, index) =>
    items.findIndex((other) => other.name === name) === index
      ? []
      : [
          {
            path: [...path, index, 'name'],
            what: `there are two ${what}s named '${name}'`,
            hint: 'give each its own name',
          },
        ],
  );
}

function checkLoad(load: Load, path: Path, folder: string): Problem[] {
  return load.flatMap((item, index): Problem[] => {
    if (item.kind === 'k6' && item.script !== undefined && !existsSync(resolve(folder, item.script))) {
      return [
        {
          path: [...path, index, 'script'],
          what: `the script '${item.script}' does not exist`,
          hint: 'it is looked for beside the scenario',
        },
      ];
    }
    if (item.kind === 'k6' && item.script === undefined && item.rate !== undefined) {
      const needed = Math.ceil((item.rate * ms(item.duration)) / 1000);
      if (needed <= item.vus) return [];
      return [
        {
          path: [...path, index, 'vus'],
          what: `${item.rate} streams a second of ${item.duration} need ${needed} virtual users, and there are ${item.vus}`,
          hint: `set vus: ${2 * needed}, as a stream that hangs is followed for twice its time; k6 drops what it has no user for`,
        },
      ];
    }
    if (item.kind !== 'streams' || item.renew) return [];
    if (ms(item.duration) > ms(item.ramp) + 2 * ms(item.chunkInterval)) return [];
    return [
      {
        path: [...path, index, 'duration'],
        what: `the first streams end (after ${item.duration}) before the ramp (${item.ramp}) is over`,
        hint: 'make the streams longer or the ramp shorter, or set renew: true',
      },
    ];
  });
}

function checkTarget({ fault, nodes }: Sound): Problem[] {
  if (fault === undefined || nodes === undefined) return [];
  const problems: Problem[] = [];
  const { node, pool, labels } = fault.target;
  const pools = [...new Set(nodes.map(({ name }) => name))];
  const names = [
    ...new Set(
      nodes.flatMap(({ name, count }) => Array.from({ length: count }, (_, index) => `${name}-${index}`)),
    ),
  ];
  if (Object.keys(fault.target).length === 0) {
    problems.push({
      path: ['fault', 'target'],
      what: 'fault.target says nothing',
      hint: 'name a node, a pool, labels, or what it runs',
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
      hint: 'leave it out, or name a label',
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
        hint: `at most ${streams}`,
      },
    ];
  });
}

function unknownName(path: Path, what: string, name: string, known: readonly string[]): Problem {
  const near = nearest(name, known);
  const list = `there are: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', …' : ''}`;
  return {
    path,
    what: `there is no ${what} '${name}'`,
    hint: near === undefined ? list : `did you mean '${near}'? ${list}`,
  };
}

/** Every label that ingress and app ask for must stand on some pool whose taints they tolerate. */
function checkSelectors({ nodes, ...parts }: Sound): Problem[] {
  return (['ingress', 'app'] as const).flatMap((part): Problem[] => {
    const placement = parts[part];
    if (nodes === undefined || placement === undefined) return [];
    const { nodeSelector, tolerations } = placement;
    const selected = nodes.filter(({ name, labels }) =>
      Object.entries(nodeSelector).every(
        ([key, value]) =>
          labels[key] === value || (key === 'midflight.dev/pool' && value === name) || isGiven(key),
      ),
    );
    if (selected.length === 0) {
      return [
        {
          path: [part, 'nodeSelector'],
          what: `no pool has the labels that ${part} asks for`,
          hint: 'add them to a pool, or ask for midflight.dev/pool: NAME',
        },
      ];
    }
    const open = selected.filter(({ taints }) =>
      taints.every(
        (taint) =>
          taint.effect === 'PreferNoSchedule' ||
          tolerations.some(
            ({ key, operator, value, effect }) =>
              (key === undefined || key === taint.key) &&
              (effect === undefined || effect === taint.effect) &&
              (operator === 'Exists' || (value ?? '') === taint.value),
          ),
      ),
    );
    if (open.length > 0) return [];
    return [
      {
        path: [part],
        what: `${part} tolerates the taints of none of its pools`,
        hint: `add a toleration under ${part}.tolerations`,
      },
    ];
  });
}

/** Labels that nodes get from the cloud or from Kubernetes itself. */
const isGiven = (key: string) =>
  /(^|\.)(kubernetes\.io|google\.com|amazonaws\.com|azure\.com|karpenter\.sh)\//.test(key);

function checkAllowList({ ingress }: Sound): Problem[] {
  return (ingress?.allowList ?? []).flatMap((entry, index) => {
    const [address = '', bits] = entry.split('/');
    const version = isIP(address);
    const good =
      entry === 'client' ||
      (version !== 0 &&
        (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))));
    if (good) return [];
    const path = ['ingress', 'allowList', index];
    return [{ path, what: `'${entry}' is no address range`, hint: 'write 10.0.0.0/8, 192.0.2.7 or client' }];
  });
}

function checkExpectations({ expect = {}, policies, providers }: Sound): Problem[] {
  const ran = new Set<string>(
    policies === undefined || providers === undefined
      ? policyNames
      : [...policies, ...Object.values(providers).flatMap((block) => block?.policies ?? [])],
  );
  return Object.entries(expect).flatMap(([policy, block]) => {
    const conditions = Object.entries(block).flatMap(([metric, condition]): Problem[] => {
      const parsed = parseExpectation(metric, condition);
      return parsed.ok ? [] : [{ path: ['expect', policy, metric], what: parsed.what, hint: parsed.hint }];
    });
    if (policy === 'all' || ran.has(policy)) return conditions;
    const known = ['all', ...policyNames];
    const near = nearest(policy, known);
    const problem = known.includes(policy)
      ? {
          what: `${policy} is expected of, but not among the policies`,
          hint: `the policies are: ${[...ran].join(', ')}`,
        }
      : {
          what: `there is no policy '${policy}'`,
          hint: near === undefined ? `allowed: ${known.join(', ')}` : `did you mean '${near}'?`,
        };
    return [{ path: ['expect', policy], ...problem }, ...conditions];
  });
}
