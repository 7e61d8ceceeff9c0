import type { WallClock } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';
import { timersOf } from '../../base/timers.ts';
import { ports as podPorts } from '../../workload/manifests.ts';
import type { NodeApi } from './api.ts';
import type { ServiceWatch } from './cluster-view.ts';
import type { NodeConfig } from './config.ts';
import { gate } from './gate.ts';
import { kubelet } from './kubelet.ts';
import { upstreamService } from './pod-program.ts';
import type { PodPorts } from './ports.ts';
import type { NodeCommand, NodeReport } from './protocol.ts';
import type { Holder } from './proxy/holder.ts';
import { serviceProxy } from './proxy/index.ts';
import type { NodeListener } from './proxy/types.ts';
import { registration } from './registration.ts';
import { throttle } from './throttle.ts';

/** One node: its kubelet and its kube-proxy. */
interface NodeAgent {
  readonly name: string;
  /** What it holds of Services and endpoints has changed. */
  changed(): void;
  /** What the API holds of its readiness. */
  seen(ready: string): void;
  perform(command: NodeCommand): Promise<void>;
  /** Resolves with its listeners when it is registered and serves. */
  start(): Promise<readonly NodeListener[]>;
  stop(): Promise<void>;
}

/** What the nodes of one process share. */
interface Shared {
  readonly api: NodeApi;
  readonly ports: PodPorts;
  readonly clock: WallClock;
  readonly view: ServiceWatch;
  readonly holder: Holder;
  emit(message: NodeReport): void;
  failed(what: string, error: unknown): void;
}

export function nodeAgent(config: NodeConfig, shared: Shared): NodeAgent {
  const { api, ports, clock, view, failed } = shared;
  const { name } = config;
  let ofProxy: readonly NodeListener[] = [];

  /** All that the kubelet does goes through here; kube-proxy and the pods do not depend on it. */
  const ofKubelet = gate(api);
  const agent = kubelet({
    config,
    gate: ofKubelet,
    ports,
    clock,
    changed: () => announce(),
    message: (message) => shared.emit(message),
    failed,
  });
  const listeners = () => [...ofProxy, ...agent.listeners];
  const announce = () => {
    shared.emit({ type: 'pods', node: name, pods: [...agent.pods] });
    shared.emit({ type: 'listeners', node: name, listeners: listeners() });
    proxy.forward(agent.hostPorts);
  };
  const proxy = serviceProxy({
    node: name,
    address: config.address,
    bridgeAddress: config.bridgeAddress,
    portOffset: config.portOffset,
    sharedAddress: config.sharedAddress,
    fillerAddress: config.fillerAddress,
    backlog: config.backlog,
    minSyncMs: config.timers.proxyMinSyncMs,
    zone: config.zone,
    eligible: () => view.eligible(name),
    timeScale: config.timeScale,
    holder: shared.holder,
    random: seededRandom(config.seed),
    emitListeners(found) {
      ofProxy = found;
      announce();
    },
    failed: (reason) => failed('service proxy', new Error(reason)),
    clock,
  });
  /** All updates of Services and endpoints to kube-proxy pass through here; its health checks do not depend on it. */
  const rules = gate(api);
  const sendUpstream = () => {
    const endpoints = (view.endpoints().get(upstreamService) ?? []).filter(({ ready }) => ready);
    agent.sendToIngress({
      type: 'upstream',
      endpoints: endpoints.map(({ address, port, podAddress = address }) => ({
        host: address,
        port,
        h2Port: ports.port(podAddress, podPorts.appH2),
      })),
    });
  };
  const upstream = throttle(config.timers.ingressThrottleMs, sendUpstream, timersOf(clock));
  const node = registration(config, ofKubelet, clock, failed);

  const obey = async (command: NodeCommand) => {
    if (command.type === 'kube-proxy') {
      if (!command.updates) return rules.close();
      rules.open();
      return proxy.synced();
    }
    if (command.type === 'kubelet') return command.runs ? node.goOn() : ofKubelet.close();
    await node.shuttingDown();
    await agent.shutdown(command.which, command.graceMs);
  };

  return {
    name,
    changed() {
      rules.through(() => proxy.update(view.services(), view.endpoints()));
      upstream.ask();
    },
    seen: (ready) => node.seen(ready),
    perform: (command) => obey(command).catch((error: unknown) => failed(command.type, error)),
    async start() {
      await agent.start();
      await node.start();
      await proxy.synced();
      return listeners();
    },
    async stop() {
      node.stop();
      agent.stop();
      upstream.stop();
      await proxy.stop();
    },
  };
}
