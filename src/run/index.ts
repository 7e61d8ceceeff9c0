import { type ConductOptions, conduct } from './conduct.ts';
import type { RunEnd } from './run.ts';
import { type Apart, sideBySide } from './side-by-side/index.ts';
import { stagesOf } from './stages.ts';
import type { Bench } from './trial-cluster.ts';

export interface PlannedRunOptions extends ConductOptions, Bench {
  /** Clusters of their own for trials side by side; absent: one cluster, one trial after the other. */
  readonly apart?: Apart;
}

export { runIdOf } from './header.ts';
export { mostAtOnce } from './side-by-side/room.ts';

/**
 * Runs one experiment to its end and writes its history; nothing else. Whatever happens, the provider is taken down and
 * the history gets its last line. Returns how it ended; throws only what is a defect of midflight.
 */
export async function runExperiment(options: PlannedRunOptions): Promise<RunEnd> {
  const { plan, provider, journal, apart } = options;
  const versions = await provider.cluster.versions();
  return conduct(options, {
    plan,
    versions: apart === undefined ? versions : { ...versions, trialsAtOnce: `${apart.most}` },
    runId: journal.runId,
    begin: (session) =>
      apart === undefined ? stagesOf(options, session) : sideBySide({ plan, apart, session }),
  });
}
