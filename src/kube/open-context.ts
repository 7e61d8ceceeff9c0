import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import * as z from 'zod';
import { MidflightError, messageOf } from '../base/errors.ts';
import { proxyFor } from './proxy.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface OpenedContext {
  readonly kubeConfig: KubeConfig;
  /** The context's name. */
  readonly context: string;
  /** Absolute paths of the files that it came from; none: the pod's service account. */
  readonly files: readonly string[];
}

/** The service account of a pod (client-go rest.InClusterConfig). */
const tokenFile = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * A cluster of the user's, found as kubectl does: --kubeconfig, $KUBECONFIG, ~/.kube/config, the pod's service account, and
 * through the proxy of the environment unless the kubeconfig has one. `root`: the folder of the service account's files.
 * Throws `bad-usage` for a file or a context that is not there.
 */
export function openContext(
  { context, kubeconfig }: { readonly context: string | undefined; readonly kubeconfig: string | undefined },
  env: Env,
  root = '',
): OpenedContext {
  const files = filesOf(kubeconfig, env);
  const kubeConfig = new KubeConfig();
  if (files.length > 0) load(kubeConfig, files);
  else if (existsSync(`${root}${tokenFile}`) && env.KUBERNETES_SERVICE_HOST !== undefined)
    kubeConfig.loadFromCluster(root);
  else {
    throw new MidflightError('bad-usage', 'there is no kubeconfig', {
      hint: 'name one with --kubeconfig FILE or KUBECONFIG, or audit manifests with -f FILE',
    });
  }
  const names = kubeConfig.getContexts().map(({ name }) => name);
  if (context !== undefined) {
    if (!names.includes(context)) {
      throw new MidflightError('bad-usage', `there is no context '${context}'`, {
        where: files.join(delimiter),
        hint: names.length === 0 ? 'the kubeconfig has none' : `there is ${names.slice(0, 10).join(', ')}`,
      });
    }
    kubeConfig.setCurrentContext(context);
  }
  if (kubeConfig.getCurrentCluster() === null) {
    throw new MidflightError('bad-usage', 'the kubeconfig has no current context, or one without a cluster', {
      where: files.join(delimiter),
      hint: `choose one with --context${names.length === 0 ? '' : `: ${names.slice(0, 10).join(', ')}`}`,
    });
  }
  allowPlainHttp(kubeConfig);
  takeProxy(kubeConfig, env);
  return { kubeConfig, context: kubeConfig.getCurrentContext(), files: files.map((file) => resolve(file)) };
}

/** `kubectl proxy` and test servers speak http; client-node refuses it unless the TLS that there is none of is not verified. */
function allowPlainHttp(kubeConfig: KubeConfig): void {
  kubeConfig.clusters = kubeConfig.clusters.map((cluster) =>
    cluster.server.startsWith('http://') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
}

/** client-node knows the kubeconfig's `proxy-url` alone. */
function takeProxy(kubeConfig: KubeConfig, env: Env): void {
  kubeConfig.clusters = kubeConfig.clusters.map((cluster) => {
    const proxyUrl = cluster.proxyUrl ?? proxyFor(cluster.server, env);
    return proxyUrl === undefined ? cluster : { ...cluster, proxyUrl };
  });
}

/** Existing files only, as kubectl has it, unless one was named on the command line. */
function filesOf(given: string | undefined, env: Env): string[] {
  if (given !== undefined) return [given];
  const named = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (named.length > 0) {
    const present = named.filter((file) => existsSync(file));
    if (present.length > 0) return present;
    throw new MidflightError('bad-usage', 'the files of KUBECONFIG are not there', {
      where: named.join(delimiter),
      hint: 'correct KUBECONFIG, or name one with --kubeconfig FILE',
    });
  }
  const own = join(env.HOME ?? homedir(), '.kube', 'config');
  return existsSync(own) ? [own] : [];
}

const tokenFiles = z.looseObject({
  users: z.array(
    z.looseObject({ name: z.string(), user: z.looseObject({ tokenFile: z.string().optional() }).nullish() }),
  ),
});

/** client-node leaves out a user's `tokenFile`, which comes before `token` (client-go tools/clientcmd/api/v1/types.go). */
function takeTokenFiles(kubeConfig: KubeConfig, text: string, folder: string): void {
  const { data } = tokenFiles.safeParse(parse(text));
  const files = new Map(data?.users.map(({ name, user }) => [name, user?.tokenFile]));
  kubeConfig.users = kubeConfig.users.map((user) => {
    const file = files.get(user.name);
    if (file === undefined) return user;
    const { token: _, ...rest } = user;
    return {
      ...rest,
      authProvider: { name: 'tokenFile', config: { tokenFile: resolve(folder, file) } },
    };
  });
}

function load(kubeConfig: KubeConfig, files: readonly string[]): void {
  for (const [index, file] of files.entries()) {
    try {
      const text = readFileSync(file, 'utf8');
      const read = index === 0 ? kubeConfig : new KubeConfig();
      read.loadFromFile(file);
      takeTokenFiles(read, text, dirname(file));
      if (read !== kubeConfig) kubeConfig.mergeConfig(read);
    } catch (error) {
      throw new MidflightError(
        'bad-usage',
        `the kubeconfig cannot be read: ${messageOf(error).split('\n')[0]}`,
        {
          where: file,
          hint: 'kubectl config view shows what kubectl makes of it',
        },
      );
    }
  }
}
