import type { EndpointView } from './types.ts';

/**
 * The ready endpoints that this node prefers (pkg/proxy/topology.go, topologyModeFromHints and availableForTopology): if all
 * have hints for nodes and one is for this one, those; else the same by zone; else all. A hint that is missing anywhere
 * switches the preference off.
 */
export function preferred(
  ready: readonly EndpointView[],
  node: string,
  zone: string | null,
): readonly EndpointView[] {
  const by = (kind: 'nodes' | 'zones', name: string | null): readonly EndpointView[] => {
    const all = ready.every(({ hints }) => (hints?.[kind].length ?? 0) > 0);
    return all && name !== null ? ready.filter(({ hints }) => hints?.[kind].includes(name) ?? false) : [];
  };
  return [by('nodes', node), by('zones', zone)].find((found) => found.length > 0) ?? ready;
}
