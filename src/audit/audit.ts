import { packageVersion } from '../base/package.ts';
import type { Check, CheckOptions, Found } from './checks/check.ts';
import { checks } from './checks/index.ts';
import { detectionOf } from './facts/detection.ts';
import { exposureOf, nodeSharesOf } from './facts/shares.ts';
import { type ClusterView, clusterView, type ServiceView, type ViewOptions } from './facts/view.ts';
import {
  type AuditedService,
  type AuditReport,
  type Finding,
  mostNames,
  mostShares,
  type Names,
  rankOf,
} from './schema.ts';
import type { Snapshot } from './snapshot.ts';

export interface AuditOptions extends ViewOptions, CheckOptions {
  readonly failOn: AuditReport['failOn'];
  /** The places of Services in files, if the snapshot has no places of its own. */
  readonly places?: Snapshot['places'];
}

/** Derives findings from what is known of a cluster. Pure: the same snapshot gives the same report. */
export function audit(snapshot: Snapshot, options: AuditOptions): AuditReport {
  const cluster = clusterView(snapshot, options);
  const places = options.places ?? snapshot.places;
  const { findings, undecided } = runChecks(cluster, options, places);
  const isEssential = snapshot.gaps.some(({ essential }) => essential);
  return {
    schemaVersion: 1,
    midflightVersion: packageVersion(),
    source: { ...snapshot.source },
    kubernetes: snapshot.serverVersion,
    datapath: { ...cluster.datapath },
    nodes: cluster.nodes.length,
    preemptibleNodes: cluster.nodes.filter(({ spot }) => spot !== null).length,
    services: cluster.services.map(auditedService),
    findings,
    undecided,
    missingAccess: snapshot.gaps.map((gap) => ({ ...gap })),
    failOn: options.failOn,
    verdict: fails(findings, options.failOn) ? 'fail' : isEssential ? 'unknown' : 'pass',
  };
}

function fails(findings: readonly Finding[], failOn: AuditReport['failOn']): boolean {
  return failOn !== 'never' && findings.some(({ severity }) => rankOf(severity) <= rankOf(failOn));
}

function runChecks(cluster: ClusterView, options: AuditOptions, places: Snapshot['places']) {
  const findings: Finding[] = [];
  const undecided: AuditReport['undecided'] = [];
  for (const check of checks) {
    const add = (service: string | null, found: Found) =>
      findings.push(findingOf(check, service, found, places));
    if (check.of === 'cluster') {
      for (const found of check.find(cluster, options)) add(found.service ?? null, found);
      continue;
    }
    const without = new Map<string, number>();
    for (const view of cluster.services) {
      const missing = missingFor(check.needs, view);
      if (missing !== null) without.set(missing, (without.get(missing) ?? 0) + 1);
      else {
        const found = check.find(view, cluster, options);
        if (found !== null) add(view.key, found);
      }
    }
    for (const [because, services] of without) undecided.push({ id: check.id, because, services });
    if (check.id === 'MF012' && options.longestSeconds === null && cluster.services.length > 0)
      undecided.push({ id: check.id, because: '--longest is not given', services: cluster.services.length });
  }
  findings.sort(
    (a, b) =>
      rankOf(a.severity) - rankOf(b.severity) ||
      compare(a.id, b.id) ||
      compare(a.service ?? '', b.service ?? ''),
  );
  return { findings, undecided };
}

function missingFor(needs: readonly ('nodes' | 'endpoints')[], view: ServiceView): string | null {
  if (needs.includes('nodes') && view.candidates === null) return 'no Node is known';
  if (needs.includes('endpoints') && view.endpoints === null)
    return 'no EndpointSlice or Pod of the Service is known';
  return null;
}

function findingOf(check: Check, service: string | null, found: Found, places: Snapshot['places']): Finding {
  const { remedy } = found;
  return {
    id: check.id,
    name: check.name,
    severity: found.severity ?? check.severity,
    confidence: found.confidence,
    service,
    summary: found.summary,
    evidence: [...found.evidence],
    values: { ...found.values },
    nodes: found.nodes === undefined ? null : namesOf(found.nodes),
    remedy: { text: remedy.text, command: remedy.command ?? null },
    scenario: check.scenario,
    place: (service === null ? undefined : places.get(service)) ?? null,
  };
}

function auditedService(view: ServiceView): AuditedService {
  const { service, key, policy, balancer, candidates, endpoints, transit } = view;
  const { kind } = balancer;
  const local = candidates?.nodes.filter(({ name }) => endpoints?.byNode.has(name) ?? false);
  return {
    service: key,
    type: service.spec.type === 'NodePort' ? 'NodePort' : 'LoadBalancer',
    policy,
    balancer: {
      id: balancer.id,
      name: kind.name,
      evidence: balancer.evidence,
      confidence: balancer.confidence,
      preset: kind.preset,
    },
    takesConnections:
      candidates === null || endpoints === null || kind.sendsTo === 'pods'
        ? null
        : { Cluster: nodeNames(candidates.nodes), Local: nodeNames(local ?? []) },
    transit: transit === null ? null : nodeNames(transit),
    preemptibleTransit: transit === null ? null : nodeNames(transit.filter(({ spot }) => spot !== null)),
    exposedShare: exposureOf(view),
    readyEndpoints: endpoints?.ready ?? null,
    nodes: nodeSharesOf(view, mostShares),
    flipToLocal: {
      newConnections: kind.toLocal.fresh,
      established: kind.toLocal.established,
      cutAfterSeconds: kind.toLocal.cutAfterSeconds,
      detectionSeconds: detectionOf(view, 'Local')?.worstSeconds ?? null,
      source: kind.source,
    },
  };
}

const nodeNames = (nodes: readonly { readonly name: string }[]): Names =>
  namesOf(nodes.map(({ name }) => name));

function namesOf(names: readonly string[]): Names {
  return { count: names.length, names: [...names].sort(compare).slice(0, mostNames) };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
