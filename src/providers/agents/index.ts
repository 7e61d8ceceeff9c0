import { randomBytes } from 'node:crypto';
import { launchChild } from '../../base/child.ts';
import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { roleFlags } from '../../base/package.ts';
import type { Message, Protocol } from '../../base/protocol.ts';
import type { RoleHandle } from '../../base/role.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { EventOf } from '../../history/schema.ts';
import type { Share } from '../../load/share.ts';
import type { Host, RoleName } from '../provider.ts';
import { agentsJobChange } from './change.ts';
import { onOneClock } from './clock.ts';
import { type After, groupOf, type Member } from './group.ts';
import type { AgentsOptions } from './job.ts';
import { requireTestRuns, runnersOf } from './k6.ts';
import { kubectlOf, requireKubectl, settledCluster } from './kubectl.ts';
import { runningAgents } from './start.ts';

export type { AgentsOptions } from './job.ts';

/** The folder of the bundles in our image (Dockerfile). */
const rolesFolder = '/opt/midflight/package/dist/roles';

/** Pods of a cluster that run recorders and probes, started and removed as a change. */
export interface Agents {
  /** Makes their Job and waits for its pods. Throws `missing-requirement` or `cluster-failed`. */
  start(): Promise<void>;
  readonly host: Host;
  /** Ends the processes in them; never throws. The Job goes when the change is undone. */
  down(): Promise<void>;
}

/** `signal`: its end ends every wait for a pod. */
export function podAgents(
  options: AgentsOptions,
  changes: Pick<ChangeLog, 'make'>,
  signal: AbortSignal,
): Agents {
  const name = `midflight-agents-${randomBytes(4).toString('hex')}`;
  const kubectl = kubectlOf(options);
  const handles: Pick<RoleHandle, 'stop'>[] = [];
  const startIn = async <Config, Command extends Message, Report extends Message, Ready>(
    pod: string,
    protocol: Protocol<RoleName, Config, Command, Report, Ready>,
    share: Share<NoInfer<Config>>,
    load: string,
  ): Promise<Member<Command, Report | EventOf<'clock-offset'>, Ready>> => {
    const { role } = protocol;
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
    async start() {
      requireKubectl();
      if (options.k6 === true) await requireTestRuns(options);
      const { count, image, limitSeconds, hostNetwork } = options;
      const target = { ...(await settledCluster(options)), name };
      await changes.make(agentsJobChange, target, { count, image, limitSeconds, hostNetwork });
    },
    host: {
      clients: () => [],
      kubeConfig() {
        throw new MidflightError('internal', 'agents do not speak to the measured cluster');
      },
      async launch(protocol, config, load) {
        // One that died since has been made again, under another name.
        const pods = await runningAgents(name, options, signal);
        const { inAgents } = protocol;
        switch (inAgents?.way) {
          case 'runners': {
            const [pod = ''] = pods;
            return runnersOf({ options, changes, signal, gatePod: pod }, inAgents.k6(config), {
              start: async (runners) => {
                const share = { agent: 0, delayMs: 0, config: inAgents.beside(config, runners) };
                return (await startIn(pod, protocol, share, load)).handle;
              },
              heard: inAgents.heard,
            });
          }
          case 'shares': {
            const starting = inAgents
              .shares(config, options.count)
              .map((share) => () => startIn(pods[share.agent] ?? '', protocol, share, load));
            const members: Awaited<ReturnType<(typeof starting)[number]>>[] = [];
            for (const next of starting) members.push(await next());
            return groupOf(members, protocol, load, after);
          }
          case undefined:
            throw new MidflightError('internal', `agents do not run ${protocol.role}`);
        }
      },
    },
    async down() {
      await Promise.all(handles.splice(0).map((handle) => handle.stop()));
    },
  };
}

const after: After = (ms, work) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};
