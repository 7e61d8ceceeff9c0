import * as z from 'zod';
import type { ChangeKind } from '../../changes/change.ts';
import { claim, release } from './claims.ts';
import { deleteCluster, existingClusters } from './cluster.ts';
import { removeContainers } from './containers.ts';
import { runShell } from './shell.ts';

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

const network = z.object({ network: z.literal('kind') });
const existed = z.object({ existed: z.boolean() });

/** Docker's network `kind`, which kind makes for its first cluster and never removes (its issue 1530). */
export const kindNetwork: ChangeKind<{ network: 'kind' }, { existed: boolean }, Record<string, never>> = {
  kind: 'kind-network',
  scope: 'machine',
  target: network,
  before: existed,
  wanted: nothing,
  describe: () => "Docker's network kind",
  look: async () => ({ existed: (await runShell(['docker', 'network', 'inspect', 'kind'])).ok }),
  do: async () => {}, // kind makes it together with the cluster
  async undo(_world, { before }) {
    if (before.existed) return { result: 'already', detail: 'it was there before' };
    // Docker refuses to remove a network that containers use: another cluster has come to it since.
    const { ok } = await runShell(['docker', 'network', 'rm', 'kind']);
    return ok
      ? { result: 'restored', detail: 'network kind removed' }
      : { result: 'already', detail: 'it is gone, or other clusters use it' };
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
