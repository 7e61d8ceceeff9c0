import { randomBytes } from 'node:crypto';
import { abortsAfter } from '../../base/signals.ts';
import type { NodeName } from '../../base/units.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import { shortPod } from '../../changes/kinds/index.ts';
import { shortPodLabel } from '../../changes/kinds/short-pod.ts';
import { tableScript, wholeTable } from '../script.ts';
import type { TableSource } from './source.ts';

interface ReaderOptions {
  readonly namespace: string;
  /** With `sh` and `grep`; for `netlink` also `conntrack`. */
  readonly image: string;
  /** Reads with the conntrack tool, as root with NET_ADMIN: for kernels without /proc/net/nf_conntrack. */
  readonly netlink: boolean;
}

/** How many nodes are read at once. */
const atOnce = 20;
/** The limits for a pod to end, its image's pull included, and for all of them to be removed. Real ms. */
const limitMs = 120_000;
const removeMs = 120_000;

/**
 * A pod on the node, in its network, for as long as it takes to print the table. Without `netlink` it has no capability, is not
 * root and cannot write: group 0 alone may read the file. What a namespace's Pod Security admission thinks of hostNetwork is
 * for its owner to allow ("baseline" refuses it).
 */
export function readerPod(name: string, node: NodeName, script: string, options: ReaderOptions) {
  const { namespace, image, netlink } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { [shortPodLabel]: name, 'app.kubernetes.io/name': 'midflight' },
    },
    spec: {
      nodeName: node, // past the scheduler: a node that is cordoned is asked as well
      tolerations: [{ operator: 'Exists' }],
      hostNetwork: true,
      restartPolicy: 'Never',
      activeDeadlineSeconds: limitMs / 1000,
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [
        {
          name: 'reader',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', script],
          securityContext: {
            runAsNonRoot: !netlink,
            runAsUser: netlink ? 0 : 65_532,
            runAsGroup: 0,
            allowPrivilegeEscalation: false,
            privileged: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'], ...(netlink ? { add: ['NET_ADMIN'] } : {}) },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '128Mi' } },
        },
      ],
    },
  };
}

/** Reads with one short-lived pod on each node; each is gone before the tables are handed over. */
export function podSource(
  changes: Pick<ChangeLog, 'make' | 'mark' | 'unwind'>,
  options: ReaderOptions,
): TableSource {
  return {
    how: `a pod on each node, in namespace ${options.namespace}`,
    async tables(nodes, ports, signal) {
      const script = tableScript(ports, options.netlink ? 'netlink' : 'file');
      const tables = new Map<NodeName, string>();
      for (let from = 0; from < nodes.length; from += atOnce) {
        signal.throwIfAborted();
        const mark = changes.mark();
        try {
          const read = nodes.slice(from, from + atOnce).map(async ({ name: node }) => {
            const name = `midflight-connections-${randomBytes(5).toString('hex')}`;
            const manifest = JSON.stringify(readerPod(name, node, script, options));
            const at = { namespace: options.namespace, name };
            tables.set(node, wholeTable(await changes.make(shortPod, at, { manifest, limitMs }), node));
          });
          // All have ended, one way or the other, before any is removed.
          const ended = await Promise.allSettled(read);
          for (const one of ended) if (one.status === 'rejected') throw one.reason;
        } finally {
          await changes.unwind(mark, abortsAfter(removeMs));
        }
      }
      return tables;
    },
  };
}
