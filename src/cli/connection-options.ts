import type { Argv } from 'yargs';
import { tableWays } from '../transit/ways.ts';
import { contextOption, kubeconfigOption, namespaceOption } from './cluster-options.ts';

/** How the tables of nodes are read. */
export const readerOptions = <T>(cli: Argv<T>) =>
  cli
    .option('by', {
      choices: tableWays,
      default: 'auto' as const,
      requiresArg: true,
      describe: 'How to read connection tables: docker exec on kind, otherwise a pod on each node',
    })
    .option('netlink', {
      type: 'boolean',
      default: false,
      describe:
        'Read them with the conntrack tool, as root with NET_ADMIN, on kernels without /proc/net/nf_conntrack',
    })
    .option('image', {
      type: 'string',
      requiresArg: true,
      describe: "The pod's image; needs sh and grep, and conntrack for --netlink",
      defaultDescription: "midflight's own",
    })
    .option('pod-namespace', {
      type: 'string',
      default: 'kube-system',
      requiresArg: true,
      describe: "The pod's namespace, which must allow hostNetwork",
    });

/** Options of every command that counts connections. */
export const connectionOptions = <T>(cli: Argv<T>) =>
  readerOptions(cli)
    .option('context', contextOption)
    .option('kubeconfig', kubeconfigOption)
    .option('namespace', namespaceOption)
    .option('service', {
      type: 'string',
      requiresArg: true,
      describe: 'Only this Service: NAME or NAMESPACE/NAME',
    })
    .option('allow-changes', {
      type: 'boolean',
      default: false,
      describe: 'Change the cluster; without it nothing is written',
    });

type Parsed = Awaited<ReturnType<typeof connectionOptions>['argv']>;

/** The options as the command line gave them. */
export const connectionArguments = (
  args: Pick<
    Parsed,
    | 'context'
    | 'kubeconfig'
    | 'namespace'
    | 'service'
    | 'by'
    | 'allowChanges'
    | 'netlink'
    | 'image'
    | 'podNamespace'
  >,
) => {
  const { context, kubeconfig, namespace, service, by, allowChanges, netlink, image, podNamespace } = args;
  return { context, kubeconfig, namespace, service, by, allowChanges, netlink, image, podNamespace };
};
