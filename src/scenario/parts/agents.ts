import * as z from 'zod';
import { image } from './scalars.ts';

/** The most agents of one load: beyond this many, `kubectl exec` connections to one API server are the limit. */
export const mostAgents = 100;
/** The default namespace of agents, in a scenario and on the command line. */
export const agentsNamespace = 'default';

const objectName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Pods of a cluster that send a load in place of this machine. */
export const agents = z
  .strictObject({
    context: z
      .string()
      .min(1)
      .optional()
      .describe('A context of the kubeconfig: the cluster that they run in; none: the current one'),
    namespace: z
      .string()
      .regex(objectName, { error: 'a namespace: lower-case letters, digits and dashes' })
      .default(agentsNamespace)
      .describe('Their namespace there'),
    count: z.int().min(1).max(mostAgents).default(1).describe('How many; each sends an equal share'),
    image: image.optional().describe("Their image; none: midflight's own of this version"),
  })
  .optional()
  .describe('Pods of a cluster that send this load, instead of this machine ([scale.md](scale.md))');
