import { CoreV1Api } from '@kubernetes/client-node';
import { audit } from '../audit/audit.ts';
import { spotMarks } from '../audit/facts/spot.ts';
import { readCluster } from '../audit/read/live.ts';
import type { AuditReport } from '../audit/schema.ts';
import { MidflightError } from '../base/errors.ts';
import type { TrafficPolicy } from '../catalogue/policies.ts';
import { bounded } from '../kube/bounded.ts';
import { presetAnnotation } from '../kube/names.ts';
import { type OpenedContext, openContext } from '../kube/open-context.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import { resolveEdge } from '../presets/resolve.ts';
import { type FlippedService, readFlipped } from '../run/flip/context.ts';
import { type PresetName, presetNames } from '../scenario/parts/edge.ts';
import { viewAccess } from '../transit/access.ts';
import { noService } from './audit-cluster.ts';
import type { Io } from './io.ts';
import { reading } from './rights.ts';

export interface FlipTarget {
  readonly service: string;
  readonly to: TrafficPolicy;
  readonly balancer: PresetName | undefined;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly namespace: string | undefined;
}

export interface AnsweredTarget {
  readonly opened: OpenedContext;
  readonly service: FlippedService;
  readonly edge: PlannedEdge;
  /** How the balancer was recognized. */
  readonly evidence: string;
  /** What the audit finds of this Service and of the cluster. */
  readonly findings: AuditReport['findings'];
}

/** Reads all that a flip goes by. Writes nothing. Throws `bad-usage` if the balancer is not known. */
export async function readTarget(args: FlipTarget, env: Io['env']): Promise<AnsweredTarget> {
  const { opened, service, report, annotation, key } = await readService(args, env);
  const found = balancerOf(args.balancer, annotation, report, key);
  if (found.preset === null)
    throw new MidflightError(
      'bad-usage',
      `which load balancer serves ${key} is not known: ${found.evidence}`,
      {
        hint: `name it with --balancer: ${presetNames.join(', ')}`,
      },
    );
  const { preset, evidence } = found;
  return { opened, service, edge: resolveEdge(preset).edge, evidence, findings: report.findings };
}

/** A Service of a cluster of the user's, and what the audit reports about it. Writes nothing. */
export async function readService(
  args: Pick<FlipTarget, 'service' | 'context' | 'kubeconfig' | 'namespace'>,
  env: Io['env'],
) {
  const ref = serviceRef(args.service, args.namespace);
  const opened = openContext(args, env);
  const { kubeConfig, context } = opened;
  const server = `the API server of ${context}`;
  const core = bounded(kubeConfig.makeApiClient(CoreV1Api), server);
  const own = { group: '', namespace: ref.namespace };
  const access = [
    ...viewAccess(ref.namespace),
    { ...own, verb: 'get', resource: 'services' },
    { ...own, verb: 'list', resource: 'pods' },
  ];
  const snapshot = await reading(opened, access, () =>
    readCluster({ kubeConfig, context, namespace: ref.namespace }),
  );
  const key = `${ref.namespace}/${ref.name}`;
  const of = snapshot.lists.services.find(({ metadata }) => metadata.name === ref.name);
  if (of === undefined && snapshot.gaps.some(({ resource }) => resource === 'services'))
    throw noService(key, snapshot);
  if (of === undefined)
    throw new MidflightError('bad-usage', `there is no Service ${key}`, {
      where: `context ${context}`,
      hint: 'name it as NAMESPACE/NAME; midflight audit lists those of type LoadBalancer and NodePort',
    });
  const report = audit(snapshot, {
    spotMarks,
    service: key,
    longestSeconds: null,
    contextFlag: args.context === undefined ? '' : ` --context ${args.context}`,
    failOn: 'never',
  });
  const service = await reading(opened, access, () => readFlipped(core, ref));
  return { opened, core, service, report, annotation: of.metadata.annotations[presetAnnotation], key };
}

export function serviceRef(text: string, namespace: string | undefined) {
  const parts = text.split('/');
  const [first = '', second] = parts;
  const ref =
    second === undefined
      ? { namespace: namespace ?? 'default', name: first }
      : { namespace: first, name: second };
  const isName = (word: string) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(word);
  if (parts.length > 2 || !isName(ref.namespace) || !isName(ref.name))
    throw new MidflightError('bad-usage', `'${text}' names no Service`, { hint: 'write NAMESPACE/NAME' });
  if (second !== undefined && namespace !== undefined && namespace !== first)
    throw new MidflightError('bad-usage', `--namespace ${namespace} and ${text} differ`, {
      hint: 'leave --namespace out',
    });
  return ref;
}

/** Which balancer it is: as it was named, as the Service is marked, or as the audit finds it. Null: nobody knows. */
export function balancerOf(
  given: PresetName | undefined,
  annotation: string | undefined,
  report: AuditReport,
  key: string,
): { readonly preset: PresetName | null; readonly evidence: string } {
  if (given !== undefined) return { preset: given, evidence: '--balancer' };
  const ours = presetNames.find((name) => name === annotation);
  if (ours !== undefined) return { preset: ours, evidence: `annotation ${presetAnnotation}` };
  const found = report.services.find(({ service }) => service === key)?.balancer;
  const preset = presetNames.find((name) => name === found?.preset);
  if (preset !== undefined) return { preset, evidence: `${found?.confidence}: ${found?.evidence}` };
  return { preset: null, evidence: found?.evidence ?? 'the audit does not list it' };
}
