import { excludedForAnnotation, excludeLabel } from './names.ts';

/** Whom midflight has taken a node out of the balancer for; empty: the node has no exclude label, or somebody else's. */
export function excludedFor({
  labels = {},
  annotations = {},
}: {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}): string[] {
  if (!(excludeLabel in labels)) return [];
  return (annotations[excludedForAnnotation] ?? '').split(',').filter((owner) => owner !== '');
}
