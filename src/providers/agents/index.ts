import { randomBytes } from 'node:crypto';
import { launchChild } from '../../base/child.ts';
import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { findProgram } from '../../base/find-program.ts';
import { packageVersion, roleFlags } from '../../base/package.ts';
import type { Message, Protocol } from '../../base/protocol.ts';
import type { RoleHandle } from '../../base/role.ts';
import type { EventOf } from '../../history/schema.ts';
import { waitFor } from '../../kube/wait.ts';
import type { LoadTarget, ProbeConfig, StreamsConfig } from '../../load/config.ts';
import { runShell } from '../kind/shell.ts';
import type { Place, RoleName, UrlFront } from '../provider.ts';
import { onOneClock } from './clock.ts';
import { type After, groupOf, type Member } from './group.ts';
import { type AgentsOptions, agentPods, agentsJob } from './job.ts';
import { type Share, shareProbes, shareStreams } from './share.ts';

export type { AgentsOptions } from './job.ts';

/** How long the agents' pods may take until they run: an image may have to be pulled. Real milliseconds. */
const podsMs = 180_000;
/** Where our image has the bundles (Dockerfile). */
const rolesFolder = '/opt/midflight/package/dist/roles';

/** A URL measured by recorders and probes in pods of a cluster, as many as `count`. */
export function agentsPlace(target: LoadTarget, options: AgentsOptions): Place<UrlFront> {
  const name = `midflight-agents-${randomBytes(4).toString('hex')}`;
  const kubectl = kubectlOf(options);
  const handles: Pick<RoleHandle, 'stop'>[] = [];
  let pods: Promise<readonly string[]> | null = null;
  const start = async <Config, Command extends Message, Report extends Message, Ready>(
    protocol: Protocol<RoleName, Config, Command, Report, Ready>,
    share: Share<NoInfer<Config>>,
    load: string,
  ): Promise<Member<Command, Report | EventOf<'clock-offset'>, Ready>> => {
    const { role } = protocol;
    pods ??= startAgents(name, options);
    const pod = (await pods)[share.agent] ?? '';
    const own = `${load}@agent-${share.agent}`;
    const [command = '', ...args] = kubectl('exec', '-i', pod, '--');
    const handle = await launchChild({
      command,
      args: [...args, 'node', ...roleFlags(role), `${rolesFolder}/${role}.mjs`, name],
      protocol,
      name: own,
      config: share.config,
      detached: true, // Ctrl-C at the terminal must not reach kubectl
      readyTimeoutMs: 60_000,
    });
    handles.push(handle);
    return { handle: await onOneClock(handle, monotonic.now), delayMs: share.delayMs };
  };
  return {
    host: {
      clients: () => [],
      kubeConfig() {
        throw new MidflightError('internal', 'a URL has no Kubernetes API');
      },
      async launch(protocol, config, load) {
        const starting = sharesOf(config, options.count).map((share) => () => start(protocol, share, load));
        const members: Awaited<ReturnType<(typeof starting)[number]>>[] = [];
        for (const next of starting) members.push(await next());
        return groupOf(members, protocol.role, load, after);
      },
    },
    front: { kind: 'url', target },
    async down() {
      await Promise.all(handles.splice(0).map((handle) => handle.stop()));
      if (pods === null) return;
      await runShell(kubectl('delete', 'job', name, '--wait=false', '--ignore-not-found'));
    },
  };
}

/** The shares of a load's configuration are of its own kind. */
function sharesOf<Config extends { readonly role: RoleName }>(
  config: Config,
  agents: number,
): Share<Config>[] {
  const known: { readonly role: RoleName } = config;
  if (known.role === 'recorder')
    return shareStreams(known as StreamsConfig, agents) as Share<Config & StreamsConfig>[];
  if (known.role === 'probe')
    return shareProbes(known as ProbeConfig, agents) as Share<Config & ProbeConfig>[];
  throw new MidflightError('internal', `agents do not run ${config.role}`);
}

const after: After = (ms, work) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};

type Kubectl = (...words: string[]) => string[];

function kubectlOf({ context, kubeconfig, namespace }: AgentsOptions): Kubectl {
  const where = [
    ...(context === undefined ? [] : ['--context', context]),
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
  ];
  return (...words) => ['kubectl', ...where, '--namespace', namespace, ...words];
}

/** Throws `missing-requirement` without kubectl, or if the image is of another version; `cluster-failed` else. */
async function startAgents(name: string, options: AgentsOptions): Promise<readonly string[]> {
  const kubectl = kubectlOf(options);
  if (findProgram('kubectl', process.env) === null) {
    throw new MidflightError('missing-requirement', '--agents needs kubectl, and there is none in PATH', {
      hint: 'https://kubernetes.io/docs/tasks/tools/#kubectl',
    });
  }
  const created = await runShell(kubectl('create', '--filename', '-'), {
    input: JSON.stringify(agentsJob(name, options)),
  });
  if (!created.ok) failed(`the agents' Job could not be made: ${created.stderr.trim()}`);
  let running: readonly string[] = [];
  await waitFor(`${options.count} agents to run`, podsMs, new AbortController().signal, async () => {
    const { ok, stdout } = await runShell(
      kubectl('get', 'pods', '--selector', `job-name=${name}`, '--output', 'json'),
    );
    if (!ok) return false;
    const pods = agentPods(stdout);
    if (pods.problem !== null) failed(`an agent does not start: ${pods.problem}`);
    running = pods.running;
    return running.length === options.count;
  });
  const version = await runShell(kubectl('exec', running[0] ?? '', '--', 'midflight', '--version'));
  if (version.stdout.trim() !== packageVersion()) {
    const there = version.stdout.trim() || version.stderr.trim();
    throw new MidflightError(
      'missing-requirement',
      `the agents' image ${options.image} is not midflight ${packageVersion()}: ${there}`,
      { hint: 'name the image of this version with --agent-image' },
    );
  }
  return running;
}

function failed(what: string): never {
  throw new MidflightError('cluster-failed', what, {
    hint: 'docs/scale.md says which rights and which image agents need',
  });
}
