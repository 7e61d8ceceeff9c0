import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { packageRoot } from '../../base/package.ts';
import type { Plan, PlannedNode } from '../../plan/schema.ts';

interface KindNode {
  readonly role?: string;
  readonly kubeadmConfigPatches?: readonly string[];
}

/** kind's own configuration, as far as this file adds to it. */
interface KindConfig {
  readonly nodes?: readonly KindNode[];
  readonly networking?: Record<string, unknown>;
  readonly kubeadmConfigPatches?: readonly string[];
  readonly [key: string]: unknown;
}

const seconds = (ms: number) => `${Math.max(1, Math.round(ms / 1000))}s`;

/**
 * kind-config.yaml with the plan's nodes and timers. Deterministic: its hash decides whether a kept cluster fits a plan.
 * `base`: text of the file to start from; a worker in it is the pattern of every node of the plan.
 */
export function kindConfigOf(plan: Plan, base: string): string {
  const config = parse(base) as KindConfig;
  const { kubeProxyMode } = plan;
  const isWorker = ({ role }: KindNode) => role === 'worker';
  const control = config.nodes?.find((node) => !isWorker(node)) ?? { role: 'control-plane' };
  const pattern = config.nodes?.find(isWorker) ?? {};
  return stringify({
    ...config,
    nodes: [control, ...plan.nodes.map((node) => workerOf(node, pattern))],
    networking: { ...config.networking, kubeProxyMode },
    kubeadmConfigPatches: [...(config.kubeadmConfigPatches ?? []), ...patchesOf(plan)],
  });
}

/** midflight's own. */
export function baseConfig(): string {
  return readFileSync(join(packageRoot(), 'kind-config.yaml'), 'utf8');
}

/** A short name of a configuration, for the cluster that is made from it. */
export function hashOf(config: string): string {
  return createHash('sha256').update(config).digest('hex').slice(0, 8);
}

function workerOf({ labels, taints }: PlannedNode, pattern: KindNode) {
  const own = Object.entries(labels).filter(([key]) => key !== 'kubernetes.io/hostname'); // the kubelet sets it
  const registered = taints.map(({ key, value, effect }) => ({ key, value, effect }));
  const patches = [
    ...(pattern.kubeadmConfigPatches ?? []),
    ...(registered.length === 0
      ? []
      : [stringify({ kind: 'JoinConfiguration', nodeRegistration: { taints: registered } })]),
  ];
  return {
    ...pattern,
    role: 'worker',
    labels: Object.fromEntries(own),
    ...(patches.length === 0 ? {} : { kubeadmConfigPatches: patches }),
  };
}

/** Timers as the components' own settings. Kubernetes' defaults are written out too: a report shows what was really set. */
function patchesOf({ timers, kubeProxyMode }: Plan): string[] {
  const { nodeMonitorGraceMs, nodeMonitorPeriodMs, leaseRenewMs, podEvictionMs, proxyMinSyncMs } = timers;
  const eviction = String(Math.round(podEvictionMs / 1000));
  const patches = [
    {
      kind: 'ClusterConfiguration',
      controllerManager: {
        extraArgs: {
          'node-monitor-grace-period': seconds(nodeMonitorGraceMs),
          'node-monitor-period': seconds(nodeMonitorPeriodMs),
        },
      },
      apiServer: {
        extraArgs: {
          'default-not-ready-toleration-seconds': eviction,
          'default-unreachable-toleration-seconds': eviction,
        },
      },
    },
    // A lease is renewed at a quarter of its duration (pkg/kubelet/kubelet.go: nodeLeaseRenewIntervalFraction 0.25).
    {
      kind: 'KubeletConfiguration',
      nodeLeaseDurationSeconds: Math.max(1, Math.round((leaseRenewMs * 4) / 1000)),
    },
    { kind: 'KubeProxyConfiguration', [kubeProxyMode]: { minSyncPeriod: seconds(proxyMinSyncMs) } },
  ];
  return patches.map((patch) => stringify(patch));
}
