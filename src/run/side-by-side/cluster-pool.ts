import type { Reason } from '../../history/codes.ts';
import type { ReusedCluster } from './reused-cluster.ts';

/** The clusters of trials side by side: those that a trial runs on, and those that wait for their next one. */
interface ClusterPool {
  /** One that waits, or a new one. Counts as busy from now on. */
  take(): Promise<ReusedCluster>;
  /** Its trial is over: it waits. */
  giveBack(cluster: ReusedCluster): void;
  /**
   * Ends those that wait and are not wanted: no more than `most` at once are, and no more than the trials `left`. Those that
   * are spoiled are ended in any case.
   */
  keep(wanted: { readonly most: number; readonly left: number }): Promise<void>;
}

/** `replaced` is called when a spoiled one is ended and another will be made for the trials that are left. */
export function clusterPool(
  make: () => Promise<ReusedCluster>,
  replaced: (why: Reason) => void,
): ClusterPool {
  let waiting: ReusedCluster[] = [];
  let busy = 0;
  return {
    async take() {
      busy += 1;
      try {
        for (;;) {
          const cluster = waiting.pop();
          if (cluster === undefined) return await make();
          if (cluster.spoiled === null) return cluster;
          replaced(cluster.spoiled);
          await cluster.close();
        }
      } catch (error) {
        busy -= 1;
        throw error;
      }
    },
    giveBack(cluster) {
      busy -= 1;
      waiting.push(cluster);
    },
    async keep({ most, left }) {
      const wanted = Math.max(0, Math.min(most - busy, left));
      const fit = waiting.filter(({ spoiled }) => spoiled === null);
      // The last to have run is the first to go on.
      const kept = fit.slice(Math.max(0, fit.length - wanted));
      const ended = waiting.filter((cluster) => !kept.includes(cluster));
      waiting = kept;
      for (const { spoiled } of ended) if (spoiled !== null && wanted > kept.length) replaced(spoiled);
      const results = await Promise.allSettled(ended.map((cluster) => cluster.close()));
      const failure = results.find((result) => result.status === 'rejected');
      if (failure !== undefined) throw failure.reason;
    },
  };
}
