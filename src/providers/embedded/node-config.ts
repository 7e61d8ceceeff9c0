import { roleBundle } from '../../base/package.ts';
import { seedOf } from '../../base/random.ts';
import { zoneLabel } from '../../catalogue/zones.ts';
import type { NodeConfig } from '../../cluster/node/config.ts';
import type { Plan, PlannedNode } from '../../plan/schema.ts';
import type { Layout } from './subnet.ts';

/**
 * The backlog of every listening socket of a node. Its fillers must not take long, and a burst of honest connections (a whole
 * cohort within one loop turn) must fit in.
 */
const backlog = 256;
/** Traefik's providers.providersThrottleDuration, its default. */
const ingressThrottleMs = 2000;

/** Configuration of a node; cluster time becomes real time here. */
export function nodeConfigOf(
  plan: Plan,
  node: PlannedNode,
  layout: Layout,
  index: number,
  server: string,
  token: string,
): NodeConfig {
  const { address, bridge, pods, portOffset } = layout.node(index);
  const real = (ms: number) => ms / plan.timeScale;
  return {
    name: node.name,
    address,
    bridgeAddress: bridge,
    podAddresses: pods,
    portOffset,
    podPortBase: layout.podPortBase,
    sharedAddress: layout.subnet === null,
    fillerAddress: layout.filler,
    apiServer: server,
    labels: node.labels,
    zone: node.labels[zoneLabel] ?? null,
    taints: node.taints,
    backlog,
    timers: {
      leaseRenewMs: real(plan.timers.leaseRenewMs),
      proxyMinSyncMs: real(plan.timers.proxyMinSyncMs),
      ingressThrottleMs: real(ingressThrottleMs),
    },
    timeScale: plan.timeScale,
    seed: seedOf(plan.seed, 'node', node.name),
    roles: { holder: roleBundle('holder'), app: roleBundle('app'), ingress: roleBundle('ingress') },
    token,
  };
}
