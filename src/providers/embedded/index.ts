import { MidflightError } from '../../base/errors.ts';
import { packageVersion } from '../../base/package.ts';
import type { Limit } from '../../history/codes.ts';
import { byFate, type Grouping } from '../../plan/node-groups.ts';
import { settingsOf } from '../../plan/settings.ts';
import { launchLocal } from '../local-role.ts';
import { newToken } from '../processes.ts';
import type { Cluster, EdgeFront, Host, Provider, WorkloadSource } from '../provider.ts';
import { createEmbeddedCluster, type EmbeddedCluster } from './create.ts';
import { embeddedEffects } from './effects.ts';
import { installWorkload } from './install.ts';
import { hasWholeLoopback } from './subnet.ts';

/**
 * A whole cluster of processes on this machine's loopback: no Docker, no root, time may be compressed. `groupsOf`: which
 * nodes share a process; only those that have one of their own can lose their power.
 */
export function embeddedProvider(groupsOf: Grouping = byFate): Provider<EdgeFront> {
  const token = newToken();
  const own = hasWholeLoopback();
  const closers: (() => Promise<void>)[] = [];
  let made: EmbeddedCluster | null = null;
  const up = () => {
    if (made === null) throw new MidflightError('internal', 'the embedded cluster is not up');
    return made;
  };
  const cluster: Cluster = {
    disposable: true,
    kubectl: false,
    place: () => ({ provider: 'embedded', token }),
    async open(plan, events, signal, changes) {
      made = await createEmbeddedCluster({ plan, groupsOf, events, signal, token, closers, changes });
    },
    nodes: () => up().topology,
    kubeConfig: () => up().kubeConfig,
    versions: async () => ({
      kubernetes: `embedded model ${packageVersion()}`,
      node: process.version,
      ...(made === null ? {} : settingsOf(made.plan)),
    }),
    limits: () => limitsOf(own),
  };
  const host: Host = {
    clients: () => up().layout.clients,
    kubeConfig: () => up().kubeConfig.exportConfig(),
    async launch(protocol, config, name) {
      const handle = await launchLocal(protocol, config, name, token);
      closers.push(() => handle.stop());
      return handle;
    },
  };
  const front: EdgeFront = {
    kind: 'edge',
    keepsClientAddress: own,
    listen: () => up().layout.edge,
    dial: () => up().layout.edge,
    checkFrom: () => up().layout.checkFrom,
    excludeNodes: () => [],
  };
  const workload: WorkloadSource = {
    ingressKind: 'model',
    owner: 'ours',
    ready: (plan, signal) =>
      installWorkload(up().kubeConfig, up().core, plan, signal, own ? up().layout.clients : ['127.0.0.1']),
  };
  return {
    name: 'embedded',
    cluster,
    host,
    front,
    workload,
    effects: embeddedEffects(up),
    async down() {
      // The last started ends first; a failure of one keeps no other from ending.
      for (const close of closers.splice(0).reverse()) await close().catch(() => {});
      made = null;
    },
  };
}

function limitsOf(own: boolean): Limit[] {
  const timers = 'kernel timers (SYN retry after 1 s) are not compressed with the rest';
  const shared = 'one loopback address for all nodes: source addresses cannot be seen here';
  return [
    { code: 'kernel-timers', text: timers },
    ...(own ? [] : [{ code: 'shared-address' as const, text: shared }]),
  ];
}
