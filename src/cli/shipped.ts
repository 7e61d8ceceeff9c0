import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from '../base/package.ts';

/** The experiment that `midflight run` runs if no file is named. */
export const firstExperiment = 'preemption';

/**
 * The scenario file that a word of the command line means: `preemption` is the one that comes with midflight, unless a
 * file has that name; every other word is a path.
 */
export function scenarioPath(word: string): string {
  if (!/^[a-z][a-z0-9-]*$/.test(word) || existsSync(word)) return word;
  const file = join(packageRoot(), 'experiments', `${word}.yaml`);
  if (!existsSync(file)) return word;
  const near = relative('', file);
  return near.startsWith('..') ? file : near;
}

/** What to do after the first run, for stderr. */
export const nextSteps = `
Next:
  midflight run switchover                  what changing the policy of a live Service costs, both ways
  midflight run preemption --cluster kind   the same experiment on a real cluster (midflight doctor: is all there?)
  midflight watch URL -- COMMAND            what clients of yours lose while COMMAND runs, on any cluster
Your own cluster's shape: ${join(packageRoot(), 'docs', 'tutorial.md')}
`;
