import * as z from 'zod';
import { ns } from './common.ts';

/* What the cluster said of itself. */

/** What the API's watches reported. */
export const nodeCondition = z.object({
  type: z.literal('node'),
  t: ns,
  node: z.string(),
  change: z.enum(['added', 'modified', 'deleted']),
  ready: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  unschedulable: z.boolean(),
  /** It has the label node.kubernetes.io/exclude-from-external-load-balancers. Histories from before this field lack it. */
  excluded: z.boolean().optional(),
});

export const endpoints = z.object({
  type: z.literal('endpoints'),
  t: ns,
  service: z.string(),
  endpoints: z.array(
    z.object({
      address: z.string(),
      node: z.string().nullable(),
      pod: z.string().nullable(),
      ready: z.boolean(),
      serving: z.boolean(),
      terminating: z.boolean(),
    }),
  ),
});

export const service = z.object({
  type: z.literal('service'),
  t: ns,
  service: z.string(),
  policy: z.enum(['Cluster', 'Local']).nullable(),
  healthCheckNodePort: z.int().nullable(),
});

export const pod = z.object({
  type: z.literal('pod'),
  t: ns,
  pod: z.string(),
  app: z.string(),
  node: z.string().nullable(),
  change: z.enum(['added', 'modified', 'deleted']),
  phase: z.string(),
  ready: z.boolean(),
  terminating: z.boolean(),
  /** restartCount of its containers, summed: a process that ended without its pod. */
  restarts: z.int(),
});

/** A Kubernetes Event object, as it came. */
export const kubernetesEvent = z.object({
  type: z.literal('kubernetes-event'),
  t: ns,
  reason: z.string(),
  object: z.string(),
  message: z.string(),
});

/** One request as the ingress logged it. */
export const ingressLog = z.object({
  type: z.literal('ingress'),
  t: ns,
  pod: z.string(),
  node: z.string().nullable(),
  id: z.string().nullable(),
  source: z.string(),
  status: z.int(),
  durationMs: z.number().nullable(),
});
