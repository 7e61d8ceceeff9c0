import { healthz, localEndpoints } from '../../../src/presets/checks.ts';
import { haproxy } from '../../../src/presets/haproxy.ts';
import type { PlannedEdge } from '../../../src/presets/schema.ts';

/** The file of src/presets: every figure with its source. What is not given here is as in HAProxy. */
export const ourBalancer: PlannedEdge = {
  ...haproxy,
  mode: 'passthrough', // our balancer's manual, "modes"
  checks: {
    // Our balancer's manual, "health checks": every 5 s, time-out 2 s, 3 failures, 1 success.
    Cluster: healthz({ interval: 5, timeout: 2, unhealthy: 3, healthy: 1 }),
    Local: localEndpoints({ interval: 5, timeout: 2, unhealthy: 3, healthy: 1 }),
  },
  reconcileDelayMs: 10_000, // measured: from the patch to the new configuration
  source: "our balancer's manual, version 7",
};
