import { datapathOf } from '../audit/facts/datapath.ts';
import { readCluster } from '../audit/read/live.ts';
import { MidflightError } from '../base/errors.ts';
import { packageVersion } from '../base/package.ts';
import type { ChangeLog } from '../changes/change-log.ts';
import { type OpenedContext, openContext } from '../kube/open-context.ts';
import { readerAccess, viewAccess } from '../transit/access.ts';
import { countOnce } from '../transit/read.ts';
import { wayOf } from '../transit/sources/choose.ts';
import { dockerExecSource } from '../transit/sources/docker-exec.ts';
import { embeddedSource } from '../transit/sources/embedded.ts';
import { podSource } from '../transit/sources/pod.ts';
import { type ReachedNode, readTransitView } from '../transit/view.ts';
import type { TableWay } from '../transit/ways.ts';
import { serviceRef } from './flip-question.ts';
import type { Io } from './io.ts';
import { reading, refuseMissing } from './rights.ts';

/** The options that select which connections are counted and how the tables are read. */
export interface ConnectionArguments {
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly namespace: string | undefined;
  /** NAME or NAMESPACE/NAME */
  readonly service: string | undefined;
  readonly by: TableWay;
  readonly allowChanges: boolean;
  readonly netlink: boolean;
  readonly image: string | undefined;
  readonly podNamespace: string;
}

interface ConnectionReader {
  readonly opened: OpenedContext;
  /** All nodes of the cluster. */
  readonly nodes: readonly ReachedNode[];
  /** How the tables of some nodes are had, in words. Throws `bad-usage`, and `api-failed` for what RBAC does not allow. */
  way(nodes: readonly ReachedNode[]): Promise<string>;
  /** Counts once. What it needs in the cluster for that is removed before it resolves. */
  count(nodes: readonly ReachedNode[], changes: ChangeLog, signal: AbortSignal): ReturnType<typeof countOnce>;
}

/** Data paths that keep connections of Services in tables of their own, which the kernel's does not show. */
const ownTables = ['cilium', 'calico-ebpf'];

/** Opens the cluster and reads what is to be counted. Writes nothing. Throws `bad-usage`, `api-failed`. */
export async function connectionReader(args: ConnectionArguments, io: Io): Promise<ConnectionReader> {
  const opened = openContext(args, io.env);
  const { kubeConfig, context } = opened;
  const question = questionOf(args);
  const { nodes, services } = await reading(opened, viewAccess(question.namespace), () =>
    readTransitView(kubeConfig, question),
  );
  if (services.length === 0)
    throw new MidflightError(
      'bad-usage',
      question.service === undefined
        ? 'there is no Service of type LoadBalancer or NodePort'
        : `there is no Service ${question.service} of type LoadBalancer or NodePort`,
      { where: `context ${context}`, hint: 'midflight audit lists them' },
    );
  const image = args.image ?? `ghcr.io/midflight/midflight:${packageVersion()}`;
  const options = { namespace: args.podNamespace, image, netlink: args.netlink };
  const sourceOf = (of: readonly ReachedNode[], changes: ChangeLog) =>
    ({
      embedded: () => embeddedSource,
      exec: () => dockerExecSource(),
      pod: () => podSource(changes, options),
    })[wayOf(of, args)]();
  return {
    opened,
    nodes,
    async way(of) {
      const way = wayOf(of, args);
      if (way !== 'embedded') await refuseOwnTables(opened);
      if (way !== 'pod') return way === 'exec' ? dockerExecSource().how : embeddedSource.how;
      await refuseMissing(opened, readerAccess(args.podNamespace));
      return `a pod on each node, in namespace ${args.podNamespace}`;
    },
    count: (of, changes, signal) =>
      countOnce(of, { kubeConfig, question, source: sourceOf(of, changes), signal }),
  };
}

function questionOf({ namespace, service }: ConnectionArguments) {
  if (service === undefined) return { namespace, service };
  const ref = serviceRef(service, namespace);
  return { namespace: ref.namespace, service: `${ref.namespace}/${ref.name}` };
}

async function refuseOwnTables({ kubeConfig, context }: OpenedContext): Promise<void> {
  const { lists } = await readCluster({ kubeConfig, context, namespace: null });
  const { id, evidence } = datapathOf(lists);
  if (!ownTables.includes(id)) return;
  throw new MidflightError(
    'cluster-failed',
    `the data path is ${id}, which keeps connections in tables of its own`,
    {
      where: evidence,
      hint: 'there are no counts for it: the kernel would show 0',
    },
  );
}
