import { MidflightError } from '../base/errors.ts';
import { ownImage } from '../plan/loads.ts';
import type { AgentsOptions } from '../providers/agents/index.ts';
import { agentsNamespace, mostAgents } from '../scenario/parts/agents.ts';
import { wholeOption } from './option-values.ts';

/** The command line's options for agents, as they were given. */
export interface AgentArguments {
  readonly agents?: number | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
  readonly namespace?: string | undefined;
  readonly agentImage?: string | undefined;
  readonly allowChanges?: boolean | undefined;
}

/** How much longer than the measurement agents live, seconds: until their pods run, and after the watch. */
const spareSeconds = 900;

/**
 * Null: the load comes from this machine. Throws `bad-usage` for options of agents without any, for too many, and for a cluster
 * that may not be changed.
 */
export function agentsOf(
  args: AgentArguments,
  load: { readonly streams: number; readonly durationMs: number; readonly followMs: number },
): AgentsOptions | null {
  const { agents, context, kubeconfig, namespace, agentImage } = args;
  if (agents === undefined) {
    const given = { context, kubeconfig, namespace, 'agent-image': agentImage };
    const [flag] = Object.entries({ ...given, 'allow-changes': args.allowChanges || undefined }).find(
      ([, value]) => value !== undefined,
    ) ?? [null];
    if (flag !== null)
      throw new MidflightError('bad-usage', `--${flag} is for agents, and --agents names none`);
    return null;
  }
  wholeOption('agents', agents, 1, mostAgents);
  if (load.streams > 0 && load.streams < agents) {
    throw new MidflightError('bad-usage', `${agents} agents cannot share ${load.streams} streams`, {
      hint: `use at most ${load.streams} agents, or more --streams`,
    });
  }
  if (args.allowChanges !== true) {
    throw new MidflightError('bad-usage', 'nothing was started: --allow-changes is not given', {
      hint: '--agents makes a Job in the cluster, and deletes it',
    });
  }
  return {
    count: agents,
    context,
    kubeconfig,
    namespace: namespace ?? agentsNamespace,
    image: agentImage ?? ownImage(),
    limitSeconds: Math.ceil((load.durationMs + load.followMs) / 1000) + spareSeconds,
    hostNetwork: false,
  };
}
