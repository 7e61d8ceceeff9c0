import type { Problem } from '../error.ts';
import { nearest } from '../nearest.ts';
import type { Scenario } from '../schema.ts';
import type { KeyPath } from '../tree.ts';

/** The parts of a scenario that are right by themselves; the others are left out. */
export type Sound = Partial<Scenario>;

export type Load = Scenario['load'];
type Policies = Scenario['policies'];

/** Every list of load items with its path: the file's, and those of providers. */
export function loadLists({ load, providers = {} }: Sound): [KeyPath, Load][] {
  const lists: [KeyPath, Load][] = load === undefined ? [] : [[['load'], load]];
  for (const [provider, block] of Object.entries(providers)) {
    if (block?.load !== undefined) lists.push([['providers', provider, 'load'], block.load]);
  }
  return lists;
}

export function policyLists({ policies, providers = {} }: Sound): [KeyPath, Policies][] {
  const lists: [KeyPath, Policies][] = policies === undefined ? [] : [[['policies'], policies]];
  for (const [provider, block] of Object.entries(providers)) {
    if (block?.policies !== undefined) lists.push([['providers', provider, 'policies'], block.policies]);
  }
  return lists;
}

export function unknownName(path: KeyPath, what: string, name: string, known: readonly string[]): Problem {
  const near = nearest(name, known);
  const list = `there are: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', …' : ''}`;
  return {
    path,
    what: `there is no ${what} '${name}'`,
    hint: near === undefined ? list : `did you mean '${near}'? ${list}`,
  };
}

/** One problem for each item that an earlier one equals by its `key`. */
export function duplicates<T>(
  items: readonly T[],
  key: (item: T) => string,
  problem: (item: T, index: number) => Problem,
): Problem[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const isNew = !seen.has(key(item));
    seen.add(key(item));
    return isNew ? [] : [problem(item, index)];
  });
}
