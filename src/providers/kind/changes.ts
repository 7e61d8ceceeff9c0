import * as z from 'zod';
import type { ChangeKind } from '../../changes/change.ts';
import { deleteCluster, existingClusters } from './cluster.ts';
import { removeContainers } from './containers.ts';
import { claim, release } from './leftovers.ts';

const target = z.object({ cluster: z.string() });
const kept = z.object({ kept: z.boolean() });
const nothing = z.record(z.string(), z.never());

/** The use of a kind cluster by one run: its claim, and the containers beside the nodes (edge and load). */
export const kindUse: ChangeKind<{ cluster: string }, null, { kept: boolean }> = {
  kind: 'kind-use',
  scope: 'machine',
  target,
  before: z.null(),
  wanted: kept,
  describe: ({ cluster }) => `edge and load beside ${cluster}`,
  look: async () => null,
  do: async (_world, { target: { cluster }, wanted }) => claim(cluster, wanted.kept),
  async undo(_world, { target: { cluster } }) {
    const removed = await removeContainers(cluster);
    release(cluster);
    return removed === 0
      ? { result: 'already', detail: 'no container was left' }
      : { result: 'restored', detail: `${removed} ${removed === 1 ? 'container' : 'containers'} removed` };
  },
};

/** A kind cluster that is to go with its run. */
export const kindCluster: ChangeKind<{ cluster: string }, null, Record<string, never>> = {
  kind: 'kind-cluster',
  scope: 'holder',
  target,
  before: z.null(),
  wanted: nothing,
  describe: ({ cluster }) => `the kind cluster ${cluster}`,
  look: async () => null,
  do: async () => {},
  async undo(_world, { target: { cluster } }) {
    const existed = (await existingClusters()).includes(cluster);
    // Docker may still be making what it was asked for: the deletion looks until nothing more comes.
    await deleteCluster(cluster);
    return existed
      ? { result: 'restored', detail: `${cluster} removed` }
      : { result: 'already', detail: `there is no ${cluster}` };
  },
};
