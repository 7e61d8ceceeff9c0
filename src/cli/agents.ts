import { MidflightError } from '../base/errors.ts';
import { packageVersion } from '../base/package.ts';
import type { AgentsOptions } from '../providers/agents/index.ts';
import { wholeOption } from './option-values.ts';

/** What the command line says of agents, as it was given. */
export interface AgentArguments {
  readonly agents?: number | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
  readonly namespace?: string | undefined;
  readonly agentImage?: string | undefined;
}

/** Beyond this many, `kubectl exec` connections to one API server are the limit (docs/scale.md). */
const mostAgents = 100;
/** Until pods run, and after the watch: seconds that agents live longer than what is measured. */
const spareSeconds = 900;

/** Null: the load comes from this machine. Throws `bad-usage` for options of agents without any, and for too many. */
export function agentsOf(
  args: AgentArguments,
  load: { readonly streams: number; readonly durationMs: number; readonly followMs: number },
): AgentsOptions | null {
  const { agents, context, kubeconfig, namespace, agentImage } = args;
  if (agents === undefined) {
    const [flag] = Object.entries({ context, kubeconfig, namespace, 'agent-image': agentImage }).find(
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
  return {
    count: agents,
    context,
    kubeconfig,
    namespace: namespace ?? 'default',
    image: agentImage ?? `ghcr.io/midflight/midflight:${packageVersion()}`,
    limitSeconds: Math.ceil((load.durationMs + load.followMs) / 1000) + spareSeconds,
  };
}
