import { ownInstrumentKind } from '../../catalogue/instruments.ts';
import type { Problem } from '../error.ts';
import type { KeyPath } from '../tree.ts';
import { duplicates, loadLists, policyLists, type Sound } from './sound.ts';

/** What may be there once: names of pools and load items, policies, lanes, taints. */
export function checkNames(sound: Sound): Problem[] {
  return [
    ...uniqueNames(sound.nodes ?? [], ['nodes'], 'pool'),
    ...loadLists(sound).flatMap(([path, load]) => [
      ...uniqueNames(load, path, 'load item'),
      ...ownNames(load, path),
      ...load.flatMap((item, at) =>
        item.kind === 'probe' ? uniqueWords(item.lanes, [...path, at, 'lanes'], 'lane') : [],
      ),
    ]),
    ...policyLists(sound).flatMap(([path, policies]) =>
      uniqueWords(policies, path, 'policy', 'remove one; repeats runs a policy more than once'),
    ),
    ...(sound.nodes ?? []).flatMap(({ taints }, pool) =>
      duplicates(
        taints,
        ({ key, effect }) => `${key}:${effect}`,
        ({ key, effect }, index) => ({
          path: ['nodes', pool, 'taints', index],
          what: `duplicate taint '${key}' with effect ${effect}`,
          hint: 'remove one: Kubernetes takes one value for each key and effect',
        }),
      ),
    ),
    ...uniqueWords(sound.ingress?.allowList ?? [], ['ingress', 'allowList'], 'address range'),
    ...uniqueWords(
      sound.service?.loadBalancerSourceRanges ?? [],
      ['service', 'loadBalancerSourceRanges'],
      'address range',
    ),
    ...uniqueWords(
      sound.ingress?.traefik.trustedIPs ?? [],
      ['ingress', 'traefik', 'trustedIPs'],
      'address range',
    ),
  ];
}

const uniqueWords = (items: readonly string[], path: KeyPath, what: string, hint = 'remove one') =>
  duplicates(
    items,
    (item) => item,
    (item, index) => ({ path: [...path, index], what: `duplicate ${what} '${item}'`, hint }),
  );

const uniqueNames = (items: readonly { name: string }[], path: KeyPath, what: string) =>
  duplicates(
    items,
    ({ name }) => name,
    ({ name }, index) => ({
      path: [...path, index, 'name'],
      what: `there are two ${what}s named '${name}'`,
      hint: 'give each its own name',
    }),
  );

/** How late it was would be read as how late our own instrument of that name was. */
const ownNames = (items: readonly { name: string }[], path: KeyPath): Problem[] =>
  items.flatMap(({ name }, index) =>
    ownInstrumentKind(name) === undefined
      ? []
      : [
          {
            path: [...path, index, 'name'],
            what: `'${name}' is the name of an instrument of midflight's own`,
            hint: 'give the load item another name',
          },
        ],
  );
