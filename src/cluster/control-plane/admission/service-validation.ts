import { isRange } from '../../../base/ranges.ts';
import { duplicateValue, invalidValue, requiredValue, unsupportedValue } from '../api/field.ts';
import type { Service } from '../api/kinds.ts';
import type { StatusCause } from '../api/status.ts';
import { isExternal, needsHealthCheckPort, needsNodePorts } from './service-traits.ts';

type ServiceSpec = Service['spec'];

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const policies = ['Cluster', 'Local'];
const distributions = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];
const protocols = ['SCTP', 'TCP', 'UDP'];

/** Everything wrong with a Service (pkg/apis/core/validation: ValidateService, ValidateServiceUpdate). */
export function validateService(spec: ServiceSpec, old: ServiceSpec | undefined): StatusCause[] {
  const type = spec.type ?? 'ClusterIP';
  const causes: StatusCause[] = [];
  if (!types.includes(type)) causes.push(unsupportedValue('spec.type', type, types));
  causes.push(...validatePorts(spec), ...validatePolicies(spec), ...validateSourceRanges(spec));
  if (type === 'ExternalName' && !spec.externalName) causes.push(requiredValue('spec.externalName'));
  if (type !== 'ClusterIP' && type !== 'ExternalName' && spec.clusterIP === 'None') {
    const why = `may not be set to 'None' for ${type} services`;
    causes.push(invalidValue('spec.clusterIPs[0]', 'None', why));
  }
  if (old === undefined) return causes;
  const bothHaveIp = type !== 'ExternalName' && old.type !== 'ExternalName';
  if (bothHaveIp && old.clusterIP && spec.clusterIP !== old.clusterIP) {
    causes.push(invalidValue('spec.clusterIPs[0]', spec.clusterIP ?? '', 'may not change once set'));
  }
  const checkedBefore = needsHealthCheckPort(old) && needsHealthCheckPort(spec);
  if (checkedBefore && spec.healthCheckNodePort !== old.healthCheckNodePort) {
    causes.push(
      invalidValue('spec.healthCheckNodePort', spec.healthCheckNodePort ?? 0, 'field is immutable'),
    );
  }
  return causes;
}

function validatePolicies(spec: ServiceSpec): StatusCause[] {
  const causes: StatusCause[] = [];
  const external = spec.externalTrafficPolicy;
  if (external !== undefined && !isExternal(spec)) {
    const why = 'may only be set for externally-accessible services';
    causes.push(invalidValue('spec.externalTrafficPolicy', external, why));
  } else if (external !== undefined && !policies.includes(external)) {
    causes.push(unsupportedValue('spec.externalTrafficPolicy', external, policies));
  }
  const internal = spec.internalTrafficPolicy;
  if (internal !== undefined && !policies.includes(internal)) {
    causes.push(unsupportedValue('spec.internalTrafficPolicy', internal, policies));
  }
  if (spec.healthCheckNodePort && !needsHealthCheckPort(spec)) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    causes.push(invalidValue('spec.healthCheckNodePort', spec.healthCheckNodePort, why));
  }
  const affinity = spec.sessionAffinity ?? 'None';
  if (!['ClientIP', 'None'].includes(affinity)) {
    causes.push(unsupportedValue('spec.sessionAffinity', affinity, ['ClientIP', 'None']));
  }
  const timeout = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (timeout !== undefined && !(timeout > 0 && timeout <= 86_400)) {
    const why = 'must be greater than 0 and less than 86400';
    causes.push(invalidValue('spec.sessionAffinityConfig.clientIP.timeoutSeconds', timeout, why));
  }
  const distribution = spec.trafficDistribution;
  if (distribution !== undefined && !distributions.includes(distribution)) {
    causes.push(unsupportedValue('spec.trafficDistribution', distribution, distributions));
  }
  return causes;
}

/** For a load balancer only, and ranges only (ValidateService; IsValidCIDRForLegacyField). The field's name is the server's slip. */
function validateSourceRanges({ type, loadBalancerSourceRanges: ranges = [] }: ServiceSpec): StatusCause[] {
  const field = 'spec.LoadBalancerSourceRanges';
  const why = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
  const misplaced: StatusCause = {
    reason: 'FieldValueForbidden',
    field,
    message: "Forbidden: may only be used when `type` is 'LoadBalancer'",
  };
  return [
    ...(ranges.length > 0 && type !== 'LoadBalancer' ? [misplaced] : []),
    ...ranges.flatMap((text, index) => {
      const range = text.trim();
      return isRange(range) && range.includes('/') ? [] : [invalidValue(`${field}[${index}]`, range, why)];
    }),
  ];
}

function validatePorts(spec: ServiceSpec): StatusCause[] {
  const ports = spec.ports ?? [];
  const causes: StatusCause[] = [];
  if (ports.length === 0 && spec.clusterIP !== 'None' && spec.type !== 'ExternalName') {
    causes.push(requiredValue('spec.ports'));
  }
  const inRange = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65_535;
  const rangeText = 'must be between 1 and 65535, inclusive';
  for (const [index, port] of ports.entries()) {
    const field = `spec.ports[${index}]`;
    const earlier = ports.slice(0, index);
    if (!inRange(port.port)) causes.push(invalidValue(`${field}.port`, port.port, rangeText));
    if (typeof port.targetPort === 'number' && !inRange(port.targetPort)) {
      causes.push(invalidValue(`${field}.targetPort`, port.targetPort, rangeText));
    }
    if (!protocols.includes(port.protocol ?? 'TCP')) {
      causes.push(unsupportedValue(`${field}.protocol`, port.protocol, protocols));
    }
    if (ports.length > 1 && !port.name) causes.push(requiredValue(`${field}.name`));
    if (port.name && earlier.some((other) => other.name === port.name)) {
      causes.push(duplicateValue(`${field}.name`, port.name));
    }
    if (earlier.some((other) => other.port === port.port && other.protocol === port.protocol)) {
      causes.push(duplicateValue(field, { port: port.port, protocol: port.protocol }));
    }
    if (port.nodePort && !needsNodePorts(spec) && spec.type !== 'LoadBalancer') {
      const message = "Forbidden: may not be used when `type` is 'ClusterIP'";
      causes.push({ reason: 'FieldValueForbidden', field: `${field}.nodePort`, message });
    }
    if (port.nodePort && earlier.some((other) => other.nodePort === port.nodePort)) {
      causes.push(duplicateValue(`${field}.nodePort`, port.nodePort));
    }
  }
  return causes;
}
