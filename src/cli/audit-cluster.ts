import { type AuditOptions, audit } from '../audit/audit.ts';
import { spotMarks, userMark } from '../audit/facts/spot.ts';
import { readCluster } from '../audit/read/live.ts';
import { placesOf, readManifests } from '../audit/read/manifests.ts';
import { type AuditFormat, auditFormats } from '../audit/reports/index.ts';
import type { AuditReport } from '../audit/schema.ts';
import type { Snapshot } from '../audit/snapshot.ts';
import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { parseDuration } from '../base/units.ts';
import { openContext } from '../kube/open-context.ts';
import { ApiError } from '../kube/request.ts';
import { columnsOf, type Io } from './io.ts';
import { manifestFiles } from './manifest-files.ts';

interface AuditArguments {
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly namespace: string | undefined;
  readonly service: string | undefined;
  readonly files: readonly string[];
  readonly manifests: string | undefined;
  readonly spotLabels: readonly string[];
  readonly longest: string | undefined;
  readonly failOn: AuditReport['failOn'];
  readonly format: AuditFormat;
}

/** Audits a cluster or manifests and prints the result. Writes nothing to a cluster. Exit codes: docs/exit-codes.md. */
export async function auditCluster(args: AuditArguments, io: Io): Promise<ExitCode> {
  const longestSeconds = longestOf(args.longest);
  checkSpotLabels(args.spotLabels);
  checkSource(args);
  const { snapshot, contextFlag } = await snapshotOf(args, io);
  const places =
    args.manifests === undefined ? undefined : placesOf(await manifestFiles([args.manifests], io));
  const report = audit(inNamespace(snapshot, args.namespace), {
    spotMarks: [...spotMarks, ...args.spotLabels.map(userMark)],
    service: args.service ?? null,
    longestSeconds,
    contextFlag,
    failOn: args.failOn,
    ...(places === undefined ? {} : { places }),
  } satisfies AuditOptions);
  if (args.service !== undefined && report.services.length === 0) throw noService(args.service, snapshot);
  io.stdout.write(auditFormats[args.format](report, { columns: columnsOf(io.stdout), root: process.cwd() }));
  return exitCodes[report.verdict];
}

export function checkSource({
  files,
  context,
  kubeconfig,
  manifests,
}: Pick<AuditArguments, 'files' | 'context' | 'kubeconfig' | 'manifests'>): void {
  if (files.length === 0) return;
  const other =
    context !== undefined
      ? '--context'
      : kubeconfig !== undefined
        ? '--kubeconfig'
        : manifests !== undefined
          ? '--manifests'
          : null;
  if (other === null) return;
  throw new MidflightError('bad-usage', `-f reads files and ${other} a cluster`, {
    hint: 'leave one of them out',
  });
}

/** What is known of a cluster, or of manifests in its place. Throws `bad-usage`, `missing-file`, `api-failed`. */
export async function snapshotOf(
  args: Pick<AuditArguments, 'files' | 'context' | 'kubeconfig' | 'namespace'>,
  io: Io,
): Promise<{ snapshot: Snapshot; contextFlag: string }> {
  if (args.files.length > 0)
    return { snapshot: readManifests(await manifestFiles(args.files, io)), contextFlag: '' };
  const { kubeConfig, context } = openContext(args, io.env);
  try {
    const snapshot = await readCluster({ kubeConfig, context, namespace: args.namespace ?? null });
    return { snapshot, contextFlag: args.context === undefined ? '' : ` --context ${args.context}` };
  } catch (error) {
    throw error instanceof ApiError ? unreadable(error, context) : error;
  }
}

function unreadable(error: ApiError, context: string): MidflightError {
  const hint =
    error.status === 401
      ? 'the credentials of this context are refused: log in again'
      : 'kubectl cluster-info shows whether kubectl reaches it';
  return new MidflightError('api-failed', error.message, { where: `context ${context}`, hint, cause: error });
}

/** The part of a dump that is asked for; a live snapshot was read by namespace. */
export function inNamespace(snapshot: Snapshot, namespace: string | undefined): Snapshot {
  if (namespace === undefined) return snapshot;
  const services = snapshot.lists.services.filter(
    ({ metadata }) => (metadata.namespace ?? 'default') === namespace,
  );
  return { ...snapshot, lists: { ...snapshot.lists, services } };
}

export function noService(service: string, { lists, gaps }: Snapshot): MidflightError {
  const found = lists.services.find(
    ({ metadata }) =>
      metadata.name === service || `${metadata.namespace ?? 'default'}/${metadata.name}` === service,
  );
  if (found === undefined && gaps.some(({ resource }) => resource === 'services')) {
    return new MidflightError('api-failed', 'these credentials may not list Services', {
      hint: 'apply deploy/rbac.yaml, or ask for apiGroups [""], resources ["services"], verbs ["list"]',
    });
  }
  return new MidflightError(
    'bad-usage',
    found === undefined
      ? `there is no Service '${service}'`
      : `Service '${service}' is of type ${found.spec.type}: no balancer sends to it`,
    { hint: 'leave out --service to see all of type LoadBalancer and NodePort' },
  );
}

function longestOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) {
    throw new MidflightError('bad-usage', `--longest ${text} is not a duration`, {
      hint: 'write --longest 60s, for example',
    });
  }
  return ms / 1000;
}

export function checkSpotLabels(labels: readonly string[]): void {
  for (const label of labels) {
    if (/^[A-Za-z0-9][\w./-]*(=[\w.-]*)?$/.test(label)) continue;
    throw new MidflightError('bad-usage', `--spot-label ${label} is not KEY=VALUE`, {
      hint: 'write --spot-label example.com/pool=spot, for example',
    });
  }
}
