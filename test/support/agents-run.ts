import { readHistory } from '../../src/history/reader.ts';
import type { HistoryEvent } from '../../src/history/schema.ts';

/** A run on kind whose load comes from pods of the cluster of a context: two trials, nothing dies. */
export const agentsScenario = (context: string, count: number): string => {
  const agents = `agents: { context: ${context}, count: ${count} }`;
  return `name: agents
nodes: [{ name: stable, count: 2 }]
ingress: { replicas: 1 }
app: { replicas: 1 }
load:
  - { kind: streams, concurrency: 12, duration: 8s, chunkInterval: 1s, ramp: 2s, stall: 8s, ${agents} }
  - { kind: probe, rate: 4, timeout: 2s, ${agents} }
policies: [Cluster, Local]
stability: 2s
observe: short
`;
};

/** What a history shows of a trial's agents, also one that breaks off. */
export async function agentsIn(file: string, trial: number) {
  const events: HistoryEvent[] = [];
  try {
    for await (const event of readHistory(file)) events.push(event);
  } catch {
    // It was cut off: what was read before that is whole.
  }
  const streams = events.flatMap((event) =>
    event.type === 'end' && event.id.startsWith(`${trial}-slow-a`) ? [event] : [],
  );
  const agentOf = (id: string) => Number(/-a(\d+)-/.exec(id)?.[1]);
  return {
    outcomes: streams.map(({ outcome }) => outcome),
    agents: [...new Set(streams.map(({ id }) => agentOf(id)))].sort(),
    clocks: [
      ...new Set(
        events.flatMap((event) =>
          event.type === 'clock-offset' && event.process.startsWith('slow@') ? [event.process] : [],
        ),
      ),
    ].sort(),
    /** The largest error of any clock, milliseconds. */
    errorMs: Math.max(
      ...events.flatMap((event) =>
        event.type === 'clock-offset' && event.process.includes('@agent-') ? [event.errorNs / 1e6] : [],
      ),
    ),
  };
}
