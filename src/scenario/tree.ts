/** The place of each part of a file: the offset of a key (of an item of a list), and of what is below it. */
export interface Tree {
  readonly offset: number;
  readonly below: Map<PropertyKey, Tree>;
}

export type KeyPath = readonly PropertyKey[];

/** The part at a path, or the innermost part of the path that the file has. */
export function nearestIn(tree: Tree, path: KeyPath): Tree {
  let found = tree;
  for (const part of path) {
    const next = found.below.get(part);
    if (next === undefined) return found;
    found = next;
  }
  return found;
}

/** The part at a path; undefined for a default. */
export function exactlyIn(tree: Tree, path: KeyPath): Tree | undefined {
  return path.reduce<Tree | undefined>((found, part) => found?.below.get(part), tree);
}
