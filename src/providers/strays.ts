import { findProgram } from '../base/find-program.ts';
import { leftovers } from './clean.ts';
import { orphanedTokens } from './orphans.ts';
import { killByToken } from './processes.ts';
import { reap } from './state-dir.ts';

/** Something of ours that no journal names: found by its mark of ownership, and its owner is certainly dead. */
export interface Stray {
  readonly what: string;
  /** Resolves with what was done, in a few words; `undefined`: it has ended by itself since it was found. */
  remove(): Promise<string | undefined>;
}

/**
 * What dead runs left whose journal is gone: processes by the token among their arguments, kind clusters and containers by
 * name and label, files of the state folder. What may belong to a living run is not among them.
 */
export async function strays(): Promise<Stray[]> {
  const { left } = leftovers();
  const named = new Set(left.flatMap(({ content }) => Object.values(content.opening.place).map(String)));
  const processes = orphanedTokens()
    .filter((token) => !named.has(token))
    .map((token) => ({
      what: `processes of the run ${token}`,
      remove: async () => {
        const ended = killByToken(token);
        return ended === 0 ? undefined : `${ended} ended`;
      },
    }));
  // Entries and locks of dead runs; what they name has been found above, or is gone.
  reap();
  if (findProgram('docker', process.env) === null || findProgram('kind', process.env) === null)
    return processes;
  const { kindStrays } = await import('./kind/strays.ts');
  return [...processes, ...(await kindStrays(named))];
}
