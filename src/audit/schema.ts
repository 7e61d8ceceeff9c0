import * as z from 'zod';
import { trafficPolicies } from '../catalogue/policies.ts';
import { balancerIds } from './facts/balancers.ts';

/*
 * What `midflight audit --json` prints. Shares are from 0 to 1.
 */

/** Worst first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof severities)[number];

/** `seen`: read from an object. `inferred`: concluded from defaults or from what is missing. */
const confidence = z.enum(['seen', 'inferred']);

/** Names in a list; more of them are only counted. */
export const mostNames = 100;

/** Nodes with their shares, of each Service. */
export const mostShares = 20;

const names = z.object({
  count: z.int().min(0),
  names: z.array(z.string()).describe(`Sorted; at most ${mostNames} of them`),
});
const share = z.number().min(0).max(1);
const place = z.object({ file: z.string(), line: z.int().min(1), column: z.int().min(1) });

const finding = z.object({
  id: z
    .string()
    .regex(/^MF\d{3}$/)
    .describe('Stable; the list is in docs/audit.md'),
  name: z.string(),
  severity: z.enum(severities),
  confidence,
  service: z.string().nullable().describe('namespace/name; null: of the whole cluster'),
  summary: z.string(),
  evidence: z.array(z.string()).describe('What was read, and where'),
  values: z.record(z.string(), z.number()).describe('The figures of the summary; shares from 0 to 1'),
  nodes: names.nullable(),
  remedy: z.object({ text: z.string(), command: z.string().nullable() }),
  scenario: z.string().nullable().describe('The file of experiments/ that shows the effect'),
  place: place.nullable().describe("The Service's place in the manifests"),
});

const perNode = z.object({
  node: z.string(),
  zone: z.string().nullable(),
  preemptible: z.boolean(),
  cluster: share.describe('Share of new connections that its death would cut under Cluster'),
  local: share.describe('The same under Local'),
});

const auditedService = z.object({
  service: z.string(),
  type: z.enum(['LoadBalancer', 'NodePort']),
  policy: z.enum(trafficPolicies),
  balancer: z.object({
    id: z.enum(balancerIds),
    name: z.string(),
    evidence: z.string(),
    confidence,
    preset: z.string().nullable(),
  }),
  takesConnections: z
    .object({ Cluster: names, Local: names })
    .nullable()
    .describe('Nodes that take its connections under each policy; null: not known'),
  transit: names.nullable().describe('Nodes that under Cluster only pass connections on'),
  preemptibleTransit: names.nullable(),
  exposedShare: share
    .nullable()
    .describe(
      'Share of new connections that pass through a preemptible node without an endpoint, as the policy is now',
    ),
  readyEndpoints: z.int().min(0).nullable(),
  nodes: z.array(perNode).describe(`The ${mostShares} whose death costs most, worst first`),
  flipToLocal: z.object({
    newConnections: z.string(),
    established: z.enum(['kept', 'cut', 'all-cut', 'none', 'unknown']),
    cutAfterSeconds: z.number().nullable(),
    detectionSeconds: z.number().nullable(),
    source: z.string(),
  }),
});

export const auditReport = z.object({
  schemaVersion: z.literal(1),
  midflightVersion: z.string(),
  source: z.object({ kind: z.enum(['live', 'manifests']), context: z.string().nullable() }),
  kubernetes: z.string().nullable(),
  datapath: z.object({ id: z.string(), evidence: z.string(), confidence }),
  nodes: z.int().min(0),
  preemptibleNodes: z.int().min(0),
  services: z.array(auditedService),
  findings: z.array(finding).describe('Worst first, then by id and Service'),
  undecided: z
    .array(z.object({ id: z.string(), because: z.string(), services: z.int().min(0) }))
    .describe('Checks that could not be made'),
  missingAccess: z
    .array(
      z.object({
        apiGroup: z.string(),
        resource: z.string(),
        verb: z.string(),
        status: z.int(),
        essential: z.boolean(),
        neededFor: z.string(),
      }),
    )
    .describe('Lists that the API server refused'),
  failOn: z.enum([...severities, 'never']),
  verdict: z
    .enum(['pass', 'fail', 'unknown'])
    .describe('fail: a finding at failOn or above; unknown: none, and an essential list could not be read'),
});

export type Finding = z.infer<typeof finding>;
export type AuditedService = z.infer<typeof auditedService>;
export type AuditReport = z.infer<typeof auditReport>;
export type Names = z.infer<typeof names>;

/** A severity's rank: 0 is the worst. */
export const rankOf = (severity: Severity): number => severities.indexOf(severity);
