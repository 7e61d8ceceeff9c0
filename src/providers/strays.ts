import { rmSync } from 'node:fs';
import { type ClusterName, clusterNames } from '../catalogue/clusters.ts';
import { leftovers } from './clean.ts';
import type { Marks, Stray } from './entry.ts';
import { orphanedTokens } from './orphans.ts';
import { killByToken } from './processes.ts';
import { registry } from './registry.ts';
import { deadRuns, removeStaleLocks } from './state-dir.ts';

interface StrayOptions {
  readonly marks: Marks;
  readonly clusters: readonly ClusterName[];
}

/**
 * What dead runs left that no journal names, found by its marks of ownership: the only place that looks for it. What may
 * belong to a living run is not among it.
 */
export async function strays(options: Partial<StrayOptions> = {}): Promise<Stray[]> {
  const { marks = 'all', clusters = clusterNames } = options;
  // What a journal names is undone by the journal, or belongs to a living run.
  const { left } = leftovers();
  const named = new Set(left.flatMap(({ content }) => Object.values(content.opening.place).map(String)));
  const found = processStrays(named, marks);
  for (const name of clusters) {
    const entry = await registry[name]();
    found.push(...((await entry.strays?.(named, marks)) ?? []));
  }
  removeStaleLocks();
  return found;
}

/** Processes on this machine, by the token among their arguments. */
function processStrays(named: ReadonlySet<string>, marks: Marks): Stray[] {
  const noted = deadRuns().filter(({ token }) => !named.has(token));
  const known = new Set([...named, ...noted.map(({ token }) => token)]);
  const orphaned = marks === 'all' ? orphanedTokens().filter((token) => !known.has(token)) : [];
  const stray = (token: string, end: () => number): Stray => ({
    what: `processes of the run ${token}`,
    async remove() {
      const ended = end();
      return ended === 0 ? undefined : `${ended} ended`;
    },
  });
  return [
    ...noted.map(({ token, startTime, file }) =>
      stray(token, () => {
        const ended = killByToken(token, startTime);
        rmSync(file, { force: true });
        return ended;
      }),
    ),
    ...orphaned.map((token) => stray(token, () => killByToken(token))),
  ];
}
