import type { Plan } from '../../plan/schema.ts';

/** The objects that traffic goes through: the ingress' Service, its pods, and the pods behind them. */
export interface Workload {
  /** The ingress' Service of type LoadBalancer. */
  readonly service: { readonly namespace: string; readonly name: string };
  readonly ingress: { readonly namespace: string; readonly labelSelector: string };
  readonly app: { readonly namespace: string; readonly labelSelector: string; readonly service: string };
  /** Request path prefix and Host header under which the ingress routes to the app. */
  readonly hostname: string;
}

/** The source of the workload. */
export interface WorkloadSource {
  readonly ingressKind: 'model' | 'traefik' | 'unknown';
  /** Ours: installed as the plan places it. Theirs: found, and never changed but by faults and switchovers. */
  readonly owner: 'ours' | 'theirs';
  /** Installs or finds it, through the API; resolves when it answers. */
  ready(plan: Plan, signal: AbortSignal): Promise<Workload>;
}
