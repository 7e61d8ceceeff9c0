import { launchChild } from '../../base/child.ts';
import { roleBundle, roleFlags } from '../../base/package.ts';
import type { Message, Protocol } from '../../base/protocol.ts';
import type { RoleHandle } from '../../base/role.ts';
import type { RoleName } from '../provider.ts';
import { containerLabel, ownerLabel, ownerMark } from './owner.ts';
import { must, runShell } from './shell.ts';

/** The container whose network the edge lives in: its address is known before the edge starts. */
export interface Anchor {
  readonly name: string;
  readonly address: string;
}

export async function startAnchor(cluster: string, image: string, signal: AbortSignal): Promise<Anchor> {
  const name = `${cluster}-edge`;
  await runShell(['docker', 'rm', '-f', name]);
  await must(
    [
      'docker',
      'run',
      '-d',
      '--name',
      name,
      '--network',
      'kind',
      '--label',
      `${containerLabel}=${cluster}`,
      '--label',
      `${ownerLabel}=${ownerMark()}`,
      '--entrypoint',
      'sleep',
      image,
      'infinity',
    ],
    { signal },
  );
  return { name, address: await containerAddress(name) };
}

/** A container's address on the kind network; empty while it is stopped. */
export const containerAddress = (container: string): Promise<string> =>
  must(['docker', 'inspect', '-f', '{{.NetworkSettings.Networks.kind.IPAddress}}', container]);

/** The address ranges of the kind network, from which every container of ours has its address. */
export async function networkRanges(): Promise<string[]> {
  const format = '{{range .IPAM.Config}}{{.Subnet}} {{end}}';
  const text = await must(['docker', 'network', 'inspect', '-f', format, 'kind']);
  return text.split(' ').filter((range) => range !== '');
}

/** Starts one of our roles in a container on the kind network; it speaks over the same pipe as a child process would. */
export async function launchContainer<
  Config,
  Command extends Message,
  Report extends Message,
  Ready,
>(options: {
  readonly cluster: string;
  readonly image: string;
  readonly protocol: Protocol<RoleName, Config, Command, Report, Ready>;
  readonly name: string;
  readonly config: NoInfer<Config>;
  /** Shares this container's network instead of having one of its own. */
  readonly networkOf: string | null;
  /** Further files that the role needs, read-only: their paths here, and in the container. */
  readonly mounts?: readonly (readonly [string, string])[];
}): Promise<RoleHandle<Command, Report, Ready>> {
  const { cluster, image, protocol, config, networkOf } = options;
  const { role } = protocol;
  const container = `${cluster}-${role}-${options.name.replaceAll(/[^a-zA-Z0-9_.-]/g, '-')}`;
  const inside = `/midflight/${role}.mjs`;
  const mounts = [[roleBundle(role), inside] as const, ...(options.mounts ?? [])];
  await runShell(['docker', 'rm', '-f', container]);
  const handle = await launchChild({
    command: 'docker',
    args: [
      'run',
      '-i',
      '--rm',
      '--init',
      '--name',
      container,
      '--label',
      `${containerLabel}=${cluster}`,
      '--network',
      networkOf === null ? 'kind' : `container:${networkOf}`,
      ...mounts.flatMap(([here, there]) => ['-v', `${here}:${there}:ro`]),
      '--entrypoint',
      'node',
      image,
      ...roleFlags(role),
      inside,
      cluster,
    ],
    protocol,
    name: options.name,
    config,
    // Ctrl-C at the terminal must not reach the docker client.
    detached: true,
    readyTimeoutMs: 60_000,
  });
  return {
    ...handle,
    async stop(graceMs = 5000) {
      await handle.stop(graceMs);
      await runShell(['docker', 'rm', '-f', container]);
    },
  };
}

/** Removes every container of ours that belongs to a cluster and is no node; returns how many. */
export async function removeContainers(cluster: string): Promise<number> {
  const { stdout } = await runShell([
    'docker',
    'ps',
    '-aq',
    '--filter',
    `label=${containerLabel}=${cluster}`,
  ]);
  const ids = stdout.split('\n').filter((line) => line !== '');
  if (ids.length > 0) await runShell(['docker', 'rm', '-f', ...ids]);
  return ids.length;
}
