import { MidflightError } from '../../../base/errors.ts';
import { invalidValue } from '../api/field.ts';
import type { Service } from '../api/kinds.ts';
import { resources } from '../api/resources.ts';
import { invalid, type StatusCause } from '../api/status.ts';
import type { Context } from '../context.ts';

/** --service-node-port-range of kube-apiserver. */
const nodePortRange = { from: 30_000, to: 32_767 } as const;

/** A free address of 10.96.0.0/16, kubeadm's and kind's service range. Nothing listens there: a placeholder. */
export function allocateClusterIp(context: Context): string {
  const used = new Set(context.store.list('services').map((service) => service.spec.clusterIP));
  for (let tries = 0; tries < 10_000; tries++) {
    const ip = `10.96.${Math.floor(context.random() * 256)}.${1 + Math.floor(context.random() * 254)}`;
    if (!used.has(ip)) return ip;
  }
  throw new MidflightError('internal', 'no cluster IP is free');
}

/**
 * The node ports that are not free for `service`. Throws 422 if it asks for one that another Service holds, or for
 * one out of range (pkg/registry/core/service/portallocator).
 */
export function claimNodePorts(context: Context, service: Service, spec: Service['spec']): Set<number> {
  const others = new Set<number>();
  for (const other of context.store.list('services')) {
    if (other.metadata.uid === service.metadata.uid) continue;
    for (const { port } of portsOf(other.spec)) others.add(port);
  }
  const causes: StatusCause[] = [];
  const own = portsOf(spec);
  for (const { field, port } of own) {
    if (others.has(port)) causes.push(invalidValue(field, port, 'provided port is already allocated'));
    else if (port < nodePortRange.from || port > nodePortRange.to) {
      const range = `${nodePortRange.from}-${nodePortRange.to}`;
      causes.push(
        invalidValue(
          field,
          port,
          `provided port is not in the valid range. The range of valid ports is ${range}`,
        ),
      );
    }
  }
  if (causes.length > 0) throw invalid(resources.services, service.metadata.name, causes);
  for (const { port } of own) others.add(port);
  return others;
}

/** A random free port, which is `taken` from then on. */
export function allocateNodePort(context: Context, taken: Set<number>): number {
  const size = nodePortRange.to - nodePortRange.from + 1;
  const start = Math.floor(context.random() * size);
  for (let step = 0; step < size; step++) {
    const port = nodePortRange.from + ((start + step) % size);
    if (taken.has(port)) continue;
    taken.add(port);
    return port;
  }
  throw new MidflightError('internal', 'no node port is free');
}

function portsOf(spec: Service['spec']): { field: string; port: number }[] {
  const ports = (spec.ports ?? []).map((port, index) => ({
    field: `spec.ports[${index}].nodePort`,
    port: port.nodePort ?? 0,
  }));
  return [...ports, { field: 'spec.healthCheckNodePort', port: spec.healthCheckNodePort ?? 0 }].filter(
    ({ port }) => port !== 0,
  );
}
