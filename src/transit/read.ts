import type { KubeConfig } from '@kubernetes/client-node';
import { MidflightError } from '../base/errors.ts';
import type { NodeName } from '../base/units.ts';
import { readConntrack } from './conntrack.ts';
import { countTransit, type TransitService } from './count.ts';
import type { TableSource } from './sources/source.ts';
import { portsOf, type ReachedNode, readTransitView, type TransitView } from './view.ts';

type Counted = ReturnType<typeof countTransit>;

interface CountOptions {
  readonly kubeConfig: KubeConfig;
  readonly question: Parameters<typeof readTransitView>[1];
  readonly source: TableSource;
  readonly signal: AbortSignal;
  /** Reads the cluster; for tests. */
  readonly view?: typeof readTransitView;
}

/**
 * Counts once, on these nodes. The cluster is read before the tables and after them, so that a pod which came or went meanwhile
 * is known. Throws `cluster-failed` if a table has a line that cannot be read: a count that leaves some out would be wrong.
 */
export async function countOnce(nodes: readonly ReachedNode[], options: CountOptions): Promise<Counted[]> {
  const { kubeConfig, question, source, signal, view = readTransitView } = options;
  const before = await view(kubeConfig, question);
  const tables = await source.tables(nodes, portsOf(before.services), signal);
  const services = bothOf(before, await view(kubeConfig, question));
  return nodes.map((node) => {
    const { flows, unread } = readConntrack(tables.get(node.name) ?? '');
    if (unread.length > 0)
      throw new MidflightError(
        'cluster-failed',
        `a line of its table of connections cannot be read: ${unread[0]}`,
        {
          where: `node ${node.name}`,
        },
      );
    return countTransit(node, flows, services);
  });
}

/** Services with the endpoints of both readings; the later one counts if they differ. */
function bothOf(before: TransitView, after: TransitView): TransitService[] {
  return before.services.map((service) => {
    const later = after.services.find(({ key }) => key === service.key)?.endpoints ?? [];
    const endpoints = new Map<string, NodeName | null>([...service.endpoints, ...later]);
    return { ...service, endpoints };
  });
}
