import { DiscoveryV1Api } from '@kubernetes/client-node';
import { MidflightError } from '../base/errors.ts';
import { type PolicyName, type PolicyTraits, policyTraits } from '../catalogue/policies.ts';
import { serviceDistribution } from '../changes/kinds/index.ts';
import { isReadyEndpoint, serviceNameLabel } from '../kube/endpoints.ts';
import type { Run } from './run.ts';

/** A controller writes the hints, at the latest by then. Real milliseconds. */
const hintsWithinMs = 15_000;
const lookEveryMs = 100;

/**
 * Gives the ingress' Service this trafficDistribution, or the scenario's own if a policy of this run sets another. Resolves
 * once its EndpointSlices have the hints that kube-proxy goes by (hints.forNodes, KEP-3015), or have them no more.
 */
export async function setDistribution(
  run: Pick<Run, 'changes' | 'core' | 'workload' | 'plan' | 'provider' | 'clock'>,
  wanted: PolicyTraits['trafficDistribution'],
  signal: AbortSignal,
): Promise<void> {
  const { plan, clock } = run;
  if (!plan.trials.some(({ policy }) => setsDistribution(policy))) return;
  const distribution = wanted ?? plan.service.trafficDistribution;
  const { name, namespace } = run.workload.service;
  const { spec } = await run.core.readNamespacedService({ name, namespace });
  if ((spec?.trafficDistribution ?? null) === distribution) return;
  await run.changes.make(serviceDistribution, { namespace, name }, { distribution });
  const discovery = run.provider.cluster.kubeConfig().makeApiClient(DiscoveryV1Api);
  const labelSelector = `${serviceNameLabel}=${name}`;
  for (let waited = 0; waited < hintsWithinMs; waited += lookEveryMs) {
    const { items } = await discovery.listNamespacedEndpointSlice({ namespace, labelSelector });
    const ready = items.flatMap(({ endpoints }) => endpoints).filter(isReadyEndpoint);
    const hinted = ready.filter(({ hints }) => (hints?.forNodes ?? []).length > 0).length;
    if (hinted === (distribution === 'PreferSameNode' ? ready.length : 0)) return;
    await clock.sleep(lookEveryMs, signal);
  }
  throw new MidflightError(
    'provider-failed',
    `the EndpointSlices of ${namespace}/${name} did not follow trafficDistribution ${distribution ?? 'none'}`,
    // KEP-3015: alpha in 1.33, beta and so on by default in 1.34, stable in 1.35.
    { hint: 'PreferSameNode needs Kubernetes 1.34, where it is on by default' },
  );
}

function setsDistribution(name: PolicyName | null): boolean {
  const { trafficDistribution, becomes } = policyTraits(name);
  return trafficDistribution !== null || becomes !== undefined;
}
