import type { Service, ServicePort } from '../api/kinds.ts';
import { resources } from '../api/resources.ts';
import { invalid } from '../api/status.ts';
import type { Context } from '../context.ts';
import { allocateClusterIp, allocateNodePort, claimNodePorts } from './allocation.ts';
import { isExternal, needsHealthCheckPort, needsNodePorts } from './service-traits.ts';
import { validateService } from './service-validation.ts';

type ServiceSpec = Service['spec'];

/*
 * Follows pkg/registry/core/service/{strategy,alloc}.go: ports are given and taken back in the very write that changes the
 * type or the traffic policy, so a client that watches sees both at once.
 */

export function serviceStrategy(context: Context, next: Service, previous: Service | undefined): Service {
  const defaulted = withDefaults(next.spec);
  const carried =
    previous === undefined
      ? defaulted
      : carryAllocated(dropUnneeded(defaulted, previous.spec), previous.spec);
  const spec = withPolicy(carried);
  const causes = validateService(spec, previous?.spec);
  if (causes.length > 0) throw invalid(resources.services, next.metadata.name, causes);
  // The balancer's addresses go with its type.
  const status = spec.type === 'LoadBalancer' && next.status ? next.status : { loadBalancer: {} };
  return { ...next, spec: allocate(context, next, spec), status };
}

function withDefaults(spec: ServiceSpec): ServiceSpec {
  const type = spec.type ?? 'ClusterIP';
  const ports = spec.ports?.map((port) => ({
    ...port,
    protocol: port.protocol ?? 'TCP',
    targetPort: port.targetPort === undefined || port.targetPort === '' ? port.port : port.targetPort,
  }));
  return {
    ...spec,
    type,
    sessionAffinity: spec.sessionAffinity ?? 'None',
    ...affinityConfig(spec),
    ...(ports === undefined ? {} : { ports }),
    ...(type === 'ExternalName' ? {} : { internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster' }),
    ...(type === 'LoadBalancer'
      ? { allocateLoadBalancerNodePorts: spec.allocateLoadBalancerNodePorts ?? true }
      : {}),
  };
}

/** DefaultClientIPServiceAffinitySeconds: three hours (pkg/apis/core/v1/defaults.go). */
function affinityConfig({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): Partial<ServiceSpec> {
  if (sessionAffinity !== 'ClientIP') return {};
  const timeoutSeconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800;
  return { sessionAffinityConfig: { clientIP: { timeoutSeconds } } };
}

function withPolicy(spec: ServiceSpec): ServiceSpec {
  if (!isExternal(spec)) return spec;
  return { ...spec, externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster' };
}

/** Removes fields that the new type has no use for, if the writer left them as they were (dropTypeDependentFields). */
function dropUnneeded(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const result = { ...spec };
  if (needsNodePorts(old) && !needsNodePorts(spec)) {
    const former = new Set(old.ports?.map((port) => port.nodePort));
    if (result.ports?.every((port) => port.nodePort === undefined || former.has(port.nodePort))) {
      result.ports = result.ports.map(({ nodePort: _, ...port }) => port);
    }
  }
  if (
    needsHealthCheckPort(old) &&
    !needsHealthCheckPort(spec) &&
    spec.healthCheckNodePort === old.healthCheckNodePort
  ) {
    delete result.healthCheckNodePort;
  }
  if (isExternal(old) && !isExternal(spec) && spec.externalTrafficPolicy === old.externalTrafficPolicy) {
    delete result.externalTrafficPolicy;
  }
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer')
    delete result.allocateLoadBalancerNodePorts;
  if (old.type !== 'ExternalName' && spec.type === 'ExternalName' && spec.clusterIP === old.clusterIP) {
    delete result.clusterIP;
    delete result.clusterIPs;
  }
  return result;
}

/** What was allocated stays if the writer left it out (patchAllocatedValues). */
function carryAllocated(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const result = { ...spec };
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName' && (spec.clusterIP ?? '') === '') {
    if (old.clusterIP !== undefined) result.clusterIP = old.clusterIP;
    if (old.clusterIPs !== undefined) result.clusterIPs = old.clusterIPs;
  }
  if (needsNodePorts(spec) && needsNodePorts(old)) {
    const former = (port: ServicePort) =>
      old.ports?.find((other) => other.port === port.port && other.protocol === port.protocol)?.nodePort;
    if (result.ports) {
      result.ports = result.ports.map((port) => {
        const nodePort = port.nodePort || former(port);
        return nodePort === undefined ? port : { ...port, nodePort };
      });
    }
  }
  if (
    needsHealthCheckPort(old) &&
    needsHealthCheckPort({ ...spec, externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster' }) &&
    !spec.healthCheckNodePort &&
    old.healthCheckNodePort !== undefined
  ) {
    result.healthCheckNodePort = old.healthCheckNodePort;
  }
  return result;
}

function allocate(context: Context, service: Service, spec: ServiceSpec): ServiceSpec {
  const result = { ...spec };
  if (spec.type !== 'ExternalName') {
    const ip = spec.clusterIP || allocateClusterIp(context);
    Object.assign(result, {
      clusterIP: ip,
      clusterIPs: [ip],
      ipFamilies: spec.ipFamilies ?? ['IPv4'],
      ipFamilyPolicy: spec.ipFamilyPolicy ?? 'SingleStack',
    });
  }
  const taken = claimNodePorts(context, service, spec);
  if (needsNodePorts(spec) && spec.ports) {
    result.ports = spec.ports.map((port) => ({
      ...port,
      nodePort: port.nodePort || allocateNodePort(context, taken),
    }));
  }
  if (needsHealthCheckPort(spec)) {
    result.healthCheckNodePort = spec.healthCheckNodePort || allocateNodePort(context, taken);
  }
  return result;
}
