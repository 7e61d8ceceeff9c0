import type { Severity } from '../../src/audit/schema.ts';
import { node, slice } from './audit.ts';

export const two = [node('a'), node('b')];
export const on = (...nodes: string[]) => slice(nodes);
export const lbc = { finalizers: ['service.k8s.aws/resources'] };
export const aws = 'service.beta.kubernetes.io/aws-load-balancer-';
export const local = { externalTrafficPolicy: 'Local' };
export const exclude = 'node.kubernetes.io/exclude-from-external-load-balancers';
export const ip = (address: string) => ({ loadBalancer: { ingress: [{ ip: address }] } });
export const middleware = (spec: unknown) => ({
  apiVersion: 'traefik.io/v1alpha1',
  kind: 'Middleware',
  metadata: { name: 'm', namespace: 'shop' },
  spec,
});
export const autoscaler = (args: string[]) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'cluster-autoscaler', namespace: 'kube-system' },
  spec: {
    template: {
      metadata: {},
      spec: {
        containers: [{ name: 'ca', image: 'registry.k8s.io/autoscaling/cluster-autoscaler:v1', args }],
      },
    },
  },
});
export const preStop = (seconds: number) => ({ lifecycle: { preStop: { sleep: { seconds } } } });

export interface Cell {
  readonly id: string;
  readonly what: string;
  readonly fires: readonly unknown[];
  readonly severity: Severity;
  readonly not: readonly unknown[];
  readonly options?: { readonly longestSeconds: number };
}
