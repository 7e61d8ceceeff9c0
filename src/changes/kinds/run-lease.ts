import { hostname } from 'node:os';
import * as z from 'zod';
import { leaseHolder, releaseLease } from '../../kube/lease.ts';
import type { ChangeKind } from '../change.ts';
import type { ChangeLine } from '../journal.ts';

/** The lease by which two runs do not change one cluster at once. */
export const runLease = { namespace: 'kube-system', name: 'midflight' } as const;

const target = z.object({ namespace: z.string(), name: z.string() });
const wanted = z.object({ holder: z.string() });

/**
 * The hold of one run on a cluster that stays. Making it only writes it down: the run then takes and renews the lease
 * itself. Undone, the lease is gone if that run still holds it.
 */
export const runLeaseHold: ChangeKind<z.infer<typeof target>, null, z.infer<typeof wanted>> = {
  kind: 'run-lease',
  scope: 'cluster',
  target,
  before: z.null(),
  wanted,
  describe: ({ namespace, name }, { holder }) => `the lease ${namespace}/${name} held by ${holder}`,
  look: async () => null,
  do: async () => {},
  async undo(world, { target: { namespace, name }, wanted: { holder } }) {
    const api = world.coordination();
    const held = await leaseHolder({ api, namespace, name });
    if (held?.holder !== holder) return { result: 'already', detail: 'it is not held by that run' };
    await releaseLease({ api, namespace, name, version: held.version });
    return { result: 'restored', detail: 'given back' };
  },
};

/** The names by which the run that a journal belongs to may still hold its cluster. */
export const holdersIn = (open: readonly ChangeLine[]): string[] =>
  open
    .filter(({ kind }) => kind === runLeaseHold.kind)
    .map((line) => runLeaseHold.wanted.parse(line.wanted).holder);

const mineOn = (host: string) => `midflight on ${host}, process `;

/** Whose this process's lease is, for people. */
export const holderHere = (): string => `${mineOn(hostname())}${process.pid}`;

/** The process that holds a lease, if it is one of this machine; null: it is another's, or not midflight's. */
export function processOfHolder(holder: string): number | null {
  const start = mineOn(hostname());
  const pid = Number(holder.slice(start.length));
  return holder.startsWith(start) && Number.isInteger(pid) && pid > 0 ? pid : null;
}
