import { systemClock as clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { goFirst } from '../../base/priority.ts';
import { seededRandom } from '../../base/random.ts';
import { type RoleContext, serveRole } from '../../base/role.ts';
import { timersOf } from '../../base/timers.ts';
import { nodeApi } from './api.ts';
import { watchServices } from './cluster-view.ts';
import type { NodeConfig } from './config.ts';
import { kubelet } from './kubelet.ts';
import { upstreamService } from './pod-program.ts';
import { podPortsOf } from './ports.ts';
import { type NodeCommand, type NodeReport, nodeProtocol } from './protocol.ts';
import { serviceProxy } from './proxy/index.ts';
import { registration } from './registration.ts';
import { throttle } from './throttle.ts';

/*
 * One node: kubelet and kube-proxy in this process, acceptors and pods as children of it in the same process group.
 */
serveRole(nodeProtocol, runNode);

async function runNode(config: NodeConfig, context: RoleContext<NodeCommand, NodeReport>) {
  goFirst('cluster'); // its acceptors and pods inherit it
  const api = nodeApi(config.apiServer);
  const ports = podPortsOf(config);
  let stopping = false;
  let ofProxy: readonly { host: string; port: number; what: string; pid: number }[] = [];
  // A write that fails is tried again by the next period; what keeps failing shows as a node that is not Ready.
  const failed = (what: string, error: unknown) => {
    if (!stopping) context.emit({ type: 'failed', reason: `${what}: ${messageOf(error)}` });
  };

  const agent = kubelet({
    config,
    api,
    ports,
    clock,
    changed: () => announce(),
    message: (message) => context.emit(message),
    failed,
  });
  const listeners = () => [...ofProxy, ...agent.listeners];
  const announce = () => {
    context.emit({ type: 'pods', pods: [...agent.pods] });
    context.emit({ type: 'listeners', listeners: listeners() });
  };
  const proxy = serviceProxy({
    node: config.name,
    address: config.address,
    bridgeAddress: config.bridgeAddress,
    portOffset: config.portOffset,
    sharedAddress: config.sharedAddress,
    fillerAddress: config.fillerAddress,
    backlog: config.backlog,
    minSyncMs: config.timers.proxyMinSyncMs,
    zone: config.zone,
    timeScale: config.timeScale,
    acceptorBundle: config.roles.acceptor,
    token: config.token,
    random: seededRandom(config.seed),
    emitListeners(found) {
      ofProxy = found;
      announce();
    },
    failed: (reason) => failed('service proxy', new Error(reason)),
    clock,
  });
  const sendUpstream = () => {
    const endpoints = (view.endpoints().get(upstreamService) ?? []).filter(({ ready }) => ready);
    agent.sendToIngress({
      type: 'upstream',
      endpoints: endpoints.map(({ address, port }) => ({ host: address, port })),
    });
  };
  const upstream = throttle(config.timers.ingressThrottleMs, sendUpstream, timersOf(clock));
  const view = watchServices(
    api,
    ports,
    () => {
      proxy.update(view.services(), view.endpoints());
      upstream.ask();
    },
    failed,
  );
  const node = registration(config, api, clock, failed);

  context.onMessage(({ which, graceMs, id }) => {
    void node
      .shuttingDown()
      .then(() => agent.shutdown(which, graceMs))
      .catch((error: unknown) => failed('shutdown of pods', error))
      .finally(() => context.emit({ type: 'shutdown-done', id }));
  });
  context.onStop(async () => {
    stopping = true;
    node.stop();
    agent.stop();
    view.stop();
    upstream.stop();
    await proxy.stop();
  });

  await view.start();
  await agent.start();
  await node.start();
  await proxy.synced();
  return { listeners: listeners() };
}
