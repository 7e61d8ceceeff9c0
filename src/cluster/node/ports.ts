import { ports as podPorts } from '../../workload/manifests.ts';
import { portsOfPod, sharedPodsPerNode } from '../shared-ports.ts';
import type { NodeConfig } from './config.ts';

/**
 * The real address and port of a pod. With an address of its own, just there. If all share one loopback
 * address, pods have addresses that exist on paper only (10.244.NODE.POD), and each of their ports is a port of the
 * shared one, computed alike by every node.
 */
export interface PodPorts {
  host(address: string): string;
  port(address: string, port: number): number;
}

/** Ports of one pod that anybody connects to. */
const known = [podPorts.ingress, podPorts.ping, podPorts.app, podPorts.secure, podPorts.appH2];

export function podPortsOf(config: Pick<NodeConfig, 'sharedAddress' | 'address' | 'podPortBase'>): PodPorts {
  if (!config.sharedAddress) return { host: (address) => address, port: (_address, port) => port };
  return {
    host: () => config.address,
    port(address, port) {
      const [node = 0, pod = 0] = address.split('.').slice(2).map(Number);
      const index = known.indexOf(port as (typeof known)[number]);
      return config.podPortBase + (node * sharedPodsPerNode + pod - 1) * portsOfPod + Math.max(0, index);
    },
  };
}
