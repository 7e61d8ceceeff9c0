import type { ConductSession, Stages } from './conduct.ts';
import { type Bench, trialCluster } from './trial-cluster.ts';

/** The trials of a plan on one cluster, from its making to its end. */
export function stagesOf(bench: Bench, session: ConductSession): Stages {
  const last = bench.plan.trials.at(-1)?.index;
  const cluster = trialCluster(bench, session, ({ index }) => index === last);
  return {
    ...(cluster.observe === undefined ? {} : { observe: cluster.observe }),
    async work() {
      try {
        await cluster.open();
        return await cluster.runAll();
      } finally {
        await cluster.close();
      }
    },
    cleanUp: cluster.cleanUp,
  };
}
