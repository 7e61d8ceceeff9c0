import { clusters } from '../catalogue/clusters.ts';
import type { ChangeLog } from '../changes/change-log.ts';
import type { Plan, PlannedAgents, PlannedLoad } from '../plan/schema.ts';
import { type Agents, podAgents } from '../providers/agents/index.ts';
import type { Host } from '../providers/provider.ts';

/** Agents live this much longer than the run should take, so that a slow one does not lose them. Seconds. */
const spareSeconds = 900;

/** The hosts that the loads of a run are sent from. */
export interface LoadHosts {
  /** Makes the agents that the plan asks for, and waits for their pods. */
  open(): Promise<void>;
  hostOf(load: PlannedLoad): Host;
  /** Ends the processes in agents; never throws. */
  close(): Promise<void>;
}

const specOf = (load: PlannedLoad): PlannedAgents | undefined => ('agents' in load ? load.agents : undefined);

/** `here`: for loads without agents. Loads that ask for the same agents share them. */
export function loadHosts(
  plan: Plan,
  here: Host,
  changes: Pick<ChangeLog, 'make'>,
  signal: AbortSignal,
): LoadHosts {
  const groups = new Map<string, Agents>();
  for (const load of plan.load) {
    const spec = specOf(load);
    if (spec === undefined || groups.has(JSON.stringify(spec))) continue;
    const { context, namespace, image } = spec;
    const theirs = plan.load.filter((one) => JSON.stringify(specOf(one)) === JSON.stringify(spec));
    // k6 has runners of its own: all that it needs of us is one pod beside them.
    const count = theirs.every(({ kind }) => kind === 'k6') ? 1 : spec.count;
    const agents = podAgents(
      {
        count,
        image,
        namespace,
        context: context ?? undefined,
        kubeconfig: undefined,
        limitSeconds: 2 * plan.expectedWallSeconds + spareSeconds,
        k6: theirs.some(({ kind }) => kind === 'k6'),
        hostNetwork: clusters[plan.provider].agents === 'host-network',
      },
      changes,
      signal,
    );
    groups.set(JSON.stringify(spec), agents);
  }
  return {
    async open() {
      for (const agents of groups.values()) await agents.start();
    },
    hostOf: (load) => groups.get(JSON.stringify(specOf(load)))?.host ?? here,
    async close() {
      await Promise.all([...groups.values()].map((agents) => agents.down()));
    },
  };
}
