import * as z from 'zod';
import { objectChange } from './object-change.ts';
import { startAgents } from './start.ts';

const wanted = z.object({
  count: z.int(),
  image: z.string(),
  limitSeconds: z.number(),
  hostNetwork: z.boolean(),
});

/** The Job of one measurement's agents. */
export const agentsJobChange = objectChange({
  kind: 'agents-job',
  objectKind: 'Job',
  resources: ['job'],
  wanted,
  describe: ({ name }, { count }, place) => `${count} agents in ${place}/${name}`,
  make: ({ name, context, kubeconfig, namespace }, wanted, signal) =>
    startAgents(name, { context, kubeconfig, namespace, ...wanted }, signal),
});
