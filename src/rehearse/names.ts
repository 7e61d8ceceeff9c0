/** Labels by which platforms name a node's pool, the first that is there. Sources: each platform's docs on node pools. */
const poolLabels = [
  'cloud.google.com/gke-nodepool',
  'eks.amazonaws.com/nodegroup',
  'alpha.eksctl.io/nodegroup-name',
  'karpenter.sh/nodepool',
  'kubernetes.azure.com/agentpool',
  'agentpool',
  'doks.digitalocean.com/node-pool',
  'kops.k8s.io/instancegroup',
  'midflight.dev/pool',
  'pool',
];

/** The pool that a node's labels name; null: none does. */
export function poolOf(labels: Readonly<Record<string, string>>): string | null {
  for (const key of poolLabels) {
    const value = labels[key];
    if (value !== undefined && value !== '') return value;
  }
  return null;
}

/** A scenario's name takes lower-case letters, digits and dashes, at most 40; node names add an index. */
const longest = 32;

/** A text as a scenario may name something. */
export function nameLike(text: string, otherwise: string): string {
  const made = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '');
  return made === '' ? otherwise : made;
}

/** Names that no two share: the second `spot` is `spot-b2`, so that its nodes are not named as those of the first. */
export function distinct(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    let made = name;
    for (let next = 2; taken.has(made); next += 1) made = `${name}-b${next}`;
    taken.add(made);
    return made;
  };
}
