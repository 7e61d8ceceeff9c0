import type { V1Service } from '@kubernetes/client-node';
import { MidflightError } from '../../base/errors.ts';
import type { HostPort } from '../provider.ts';

/**
 * The address at which a Service's balancer takes plain HTTP: its first one, and port 80 or else its first port. Throws
 * `cluster-failed` if the Service has no balancer, or no address yet.
 */
export function dialOf({ metadata, spec, status }: V1Service): HostPort {
  const where = `Service ${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
  if (spec?.type !== 'LoadBalancer') {
    throw new MidflightError('cluster-failed', `it has type ${spec?.type ?? 'ClusterIP'}, not LoadBalancer`, {
      where,
    });
  }
  const [first] = status?.loadBalancer?.ingress ?? [];
  const host = first?.ip ?? first?.hostname;
  if (host === undefined) {
    throw new MidflightError('cluster-failed', 'its load balancer has no address yet', {
      where,
      hint: `kubectl get service --namespace ${metadata?.namespace} ${metadata?.name} --watch`,
    });
  }
  const ports = spec.ports ?? [];
  const port = (ports.find((one) => one.port === 80) ?? ports[0])?.port;
  if (port === undefined) throw new MidflightError('cluster-failed', 'it has no port', { where });
  return { host, port };
}
