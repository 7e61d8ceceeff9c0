import { VersionApi } from '@kubernetes/client-node';
import { settingsOf } from '../../plan/settings.ts';
import type { Up } from './bring-up.ts';
import type { imagesOf } from './images.ts';
import { runShell } from './shell.ts';

/** The versions of everything that decides figures; the cluster's own only once it is up. */
export async function versionsOf(
  state: Up | null,
  images: ReturnType<typeof imagesOf>,
): Promise<Record<string, string>> {
  const [kind, docker] = await Promise.all([
    runShell(['kind', 'version', '--quiet']),
    runShell(['docker', 'version', '--format', '{{.Server.Version}}']),
  ]);
  const kubernetes =
    state === null ? null : await state.cluster.kubeConfig.makeApiClient(VersionApi).getCode();
  return {
    ...(kubernetes === null ? {} : { kubernetes: kubernetes.gitVersion }),
    ...(state === null ? {} : { 'kube-proxy': state.plan.kubeProxyMode }),
    kind: kind.stdout.trim(),
    docker: docker.stdout.trim(),
    'node image': images.node,
    traefik: images.traefik,
    'app image': images.app,
    node: process.version,
    ...(state === null ? {} : settingsOf(state.plan, `${state.anchor.address}/32 (the edge)`)),
  };
}
