import { localEndpoints, nodePortTcp } from './checks.ts';
import type { PlannedEdge } from './schema.ts';

/** Azure, Standard Load Balancer. */
export const azure: PlannedEdge = {
  preset: 'azure',
  mode: 'passthrough',
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
  // The same page: no new flows with all probes down.
  allUnhealthy: 'none',
  // learn.microsoft.com, Microsoft.Network loadBalancers probe property noHealthyBackendsBehavior: AllProbedDown, its
  // default, sends no new flow to the pool. Inferred: a passthrough balancer answers no SYN itself, so it is dropped.
  noTarget: 'drop',
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  ejectOn503: false,
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
  source:
    'cloud-provider-azure pkg/consts/consts.go; Microsoft "Azure Load Balancer health probes"; probe time-out and reconcile delay estimated',
};
