import { delimiter, resolve } from 'node:path';
import { MidflightError } from '../../base/errors.ts';
import { findProgram } from '../../base/find-program.ts';
import { runShell } from '../kind/shell.ts';

/** The cluster and namespace by which something is found again. */
interface AgentsCluster {
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
  /** KUBECONFIG for kubectl, if another than this process'. */
  readonly kubeconfigs?: string | undefined;
  readonly namespace: string;
}

type Kubectl = (...words: string[]) => string[];

/** The command line of kubectl for the agents' cluster. */
export function kubectlOf({ context, kubeconfig, namespace }: AgentsCluster): Kubectl {
  const where = [
    ...(context === undefined ? [] : ['--context', context]),
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
  ];
  return (...words) => ['kubectl', ...where, '--namespace', namespace, ...words];
}

/** How long one request may take to an API server that does not answer. */
export const requestLimit = '--request-timeout=20s';

/** Throws `missing-requirement` if there is none. */
export function requireKubectl(): void {
  if (findProgram('kubectl', process.env) !== null) return;
  throw new MidflightError('missing-requirement', 'agents need kubectl, and there is none in PATH', {
    hint: 'https://kubernetes.io/docs/tasks/tools/#kubectl',
  });
}

/**
 * The same cluster by names that stay right: the current context is another tomorrow, and another folder has other files.
 */
export async function settledCluster({
  context,
  kubeconfig,
  namespace,
}: AgentsCluster): Promise<AgentsCluster> {
  const file = kubeconfig === undefined ? undefined : resolve(kubeconfig);
  const list = process.env.KUBECONFIG?.split(delimiter).filter((one) => one !== '');
  const current = await (context === undefined
    ? runShell(kubectlOf({ kubeconfig: file, namespace })('config', 'current-context'))
    : { ok: true, stdout: context });
  return {
    namespace,
    ...(current.ok ? { context: current.stdout.trim() } : {}), // inside a cluster there is none
    ...(file === undefined ? {} : { kubeconfig: file }),
    ...(list === undefined || list.length === 0
      ? {}
      : { kubeconfigs: list.map((one) => resolve(one)).join(delimiter) }),
  };
}

/** Deletes an object; false: there was none. Throws `cluster-failed` if the cluster does not confirm it. */
export async function deleteFrom(cluster: AgentsCluster, resource: string, name: string): Promise<boolean> {
  const words = [
    'delete',
    resource,
    name,
    '--wait=false',
    '--ignore-not-found',
    '--output=name',
    requestLimit,
  ];
  const { kubeconfigs } = cluster;
  const { ok, stdout, stderr } = await runShell(
    kubectlOf(cluster)(...words),
    kubeconfigs === undefined ? {} : { env: { KUBECONFIG: kubeconfigs } },
  );
  if (!ok)
    throw new MidflightError('cluster-failed', `${resource} ${name} cannot be deleted: ${stderr.trim()}`);
  return stdout.trim() !== '';
}
