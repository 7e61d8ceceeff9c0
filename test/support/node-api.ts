import type { NodeApi } from '../../src/cluster/node/api.ts';

type Call = (path: string, content: unknown) => Promise<void>;

/** A node's way to the API server, each of its verbs done by `call`. Both ways to patch are one verb. */
export function nodeApiBy(call: (verb: string) => Call): NodeApi {
  return {
    access: { getCurrentCluster: () => null, applyToHTTPSOptions: async () => {} },
    create: call('create'),
    patch: call('patch'),
    patchIfThere: call('patch'),
    remove: call('remove'),
  };
}
