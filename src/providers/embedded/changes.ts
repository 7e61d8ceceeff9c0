import * as z from 'zod';
import type { ChangeKind } from '../../changes/change.ts';
import { killByToken } from '../processes.ts';
import { forgetRun, noteRun } from '../state-dir.ts';

const target = z.object({ token: z.string(), subnet: z.string().nullable() });
type Target = z.infer<typeof target>;

/**
 * A whole embedded cluster: every process that has the run's token among its arguments, its loopback network, and its
 * entry in the state folder. It is made before the first process starts; undoing it ends whatever is left of them.
 */
export const embeddedCluster: ChangeKind<Target, null, Record<string, never>> = {
  kind: 'embedded-cluster',
  scope: 'holder',
  target,
  before: z.null(),
  wanted: z.record(z.string(), z.never()),
  describe: ({ subnet }) => `an embedded cluster${subnet === null ? '' : ` on ${subnet}.0/24`}`,
  look: async () => null,
  do: async (_world, { target: { token, subnet } }) => noteRun(token, subnet),
  async undo(_world, { target: { token, subnet } }) {
    const ended = killByToken(token);
    forgetRun(token, subnet);
    return ended === 0
      ? { result: 'already', detail: 'its processes have ended' }
      : { result: 'restored', detail: `${ended} ${ended === 1 ? 'process' : 'processes'} ended` };
  },
};
