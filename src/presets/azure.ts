import { localEndpoints, nodePortTcp } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** Azure, Standard Load Balancer. */
export const azure: PlannedEdge = {
  preset: 'azure',
  mode: 'passthrough', // learn.microsoft.com/azure/load-balancer: layer 4, no connection of its own
  checks: {
    // cloud-provider-azure pkg/consts/consts.go: HealthProbeDefaultProbeInterval 5, HealthProbeDefaultNumOfProbe 2; one
    // probe per port, TCP on its node port. Azure documents no time-out of a probe: taken as the interval.
    Cluster: nodePortTcp({ interval: 5, timeout: 5, unhealthy: 2, healthy: 1 }),
    // The same figures, HTTP on the healthCheckNodePort under Local.
    Local: localEndpoints({ interval: 5, timeout: 5, unhealthy: 2, healthy: 1 }),
  },
  // Estimate: an update of the whole load balancer resource takes tens of seconds. No published figure.
  reconcileDelayMs: 20_000,
  // learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview: a failed probe stops new connections;
  // established TCP flows go on, also with all probes down (Standard).
  onEjected: 'persist',
  drainTimeoutMs: 0, // nothing is waited for: none of its sources names a delay
  onRemoved: 'persist', // inferred: as with a failed probe; no source
  // The same page: no new flows with all probes down.
  allUnhealthy: 'none',
  panicThreshold: 0, // the same page: none is used without a good probe
  // cloud-provider-azure pkg/provider/azure_loadbalancer.go: one backend pool of all nodes, whatever the policy.
  backends: { Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } },
  onFlip: 'check', // the same file: rule and probe are changed in one PUT of the load balancer; the pool stays
  addressGoneMs: 0, // the frontend stays
  groupSwapMs: 0, // there are no target groups
  verdictDelayMs: 0, // no published figure: taken as none
  removalDelayMs: 0, // no published figure: taken as none
  spread: 'each', // learn.microsoft.com, "Azure Load Balancer distribution modes": a hash of five parts
  // learn.microsoft.com, Microsoft.Network loadBalancers probe property noHealthyBackendsBehavior: AllProbedDown, its
  // default, sends no new flow to the pool. Inferred: a passthrough balancer answers no SYN itself, so it is dropped.
  noTarget: 'drop',
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  // learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview: an HTTP probe marks the instance down for any
  // status but 200, whatever the threshold.
  ejectOn503: true,
  upstreamConnectTimeoutMs: 0, // passthrough
  // Inferred: no new flow before the first successful probe; no source says otherwise.
  newTarget: 'unhealthy',
  // learn.microsoft.com/azure/aks/load-balancer-standard: the label has no effect on AKS' managed nodes.
  excludeLabel: 'ignored',
  // cloud-provider-azure docs, "Custom Load Balancer health probe" (kubernetes-sigs/cloud-provider-azure#2452).
  pinCheck: {
    annotations: {
      'service.beta.kubernetes.io/port_80_health-probe_protocol': 'http',
      'service.beta.kubernetes.io/port_80_health-probe_port': '10256',
      'service.beta.kubernetes.io/port_80_health-probe_request-path': '/healthz',
    },
    port: 'healthz',
  },
  // Nothing to set: established flows go on as they are.
  keepEstablished: null,
  // cloud-provider-azure pkg/provider: rules of the network security group; kube-proxy as well, as packets keep the address.
  sourceRanges: 'drop',
  source:
    'cloud-provider-azure pkg/consts/consts.go; Microsoft "Azure Load Balancer health probes"; probe time-out and reconcile delay estimated',
};
