import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditOptions, audit } from '../../src/audit/audit.ts';
import { spotMarks } from '../../src/audit/facts/spot.ts';
import { readManifests } from '../../src/audit/read/manifests.ts';
import type { AuditReport, Finding } from '../../src/audit/schema.ts';
import { packageRoot } from '../../src/base/package.ts';

const defaults: AuditOptions = {
  spotMarks,
  service: null,
  longestSeconds: null,
  contextFlag: '',
  failOn: 'high',
};

/** The audit of manifests given as objects. */
export function auditOf(objects: readonly unknown[], options: Partial<AuditOptions> = {}): AuditReport {
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  return audit(readManifests([{ file: 'objects.json', text }]), { ...defaults, ...options });
}

/** The audit of a file of test/audit. */
export function auditFile(name: string, options: Partial<AuditOptions> = {}): AuditReport {
  const file = `test/audit/${name}`;
  const text = readFileSync(join(packageRoot(), file), 'utf8');
  return audit(readManifests([{ file, text }]), { ...defaults, ...options });
}

export const idsOf = (report: AuditReport, service?: string): string[] =>
  report.findings
    .filter((one) => service === undefined || one.service === service)
    .map(({ id }) => id)
    .sort();

export function findingOf(report: AuditReport, id: string, service?: string): Finding {
  const found = report.findings.find(
    (one) => one.id === id && (service === undefined || one.service === service),
  );
  if (found === undefined) throw new Error(`no ${id} among ${idsOf(report).join(' ')}`);
  return found;
}

type Meta = Record<string, unknown>;

export const node = (
  name: string,
  labels: Record<string, string> = {},
  more: { taints?: unknown[]; providerID?: string; ready?: string } = {},
) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels },
  spec: { providerID: more.providerID, taints: more.taints },
  status: { conditions: [{ type: 'Ready', status: more.ready ?? 'True' }] },
});

export const service = (spec: Record<string, unknown> = {}, metadata: Meta = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, nodePort: 30080 }], ...spec },
});

/** Ready endpoints of `shop/web`, one on each of the nodes named; a name twice is two pods. */
export const slice = (nodes: readonly string[], name = 'web') => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${name}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  endpoints: nodes.map((nodeName, index) => ({
    addresses: [`10.0.0.${index + 1}`],
    conditions: { ready: true },
    nodeName,
    targetRef: { kind: 'Pod', name: `${name}-${index}` },
  })),
});

export const deployment = (
  pod: Record<string, unknown> = {},
  container: Record<string, unknown> = {},
  spec: Record<string, unknown> = {},
) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas: 2,
    ...spec,
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { ...pod, containers: [{ name: 'web', image: 'registry.example/web:1', ...container }] },
    },
  },
});

export const daemonSet = (name: string, container: Record<string, unknown>, namespace = 'kube-system') => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace },
  spec: { template: { metadata: { labels: { own: name } }, spec: { containers: [{ name, ...container }] } } },
});

export const spot = { 'cloud.google.com/gke-spot': 'true' };
