import * as z from 'zod';
import { podEnv } from '../protocol.ts';

/** Configuration of the app's process: from its parent as a role, from its environment on a cluster. */
export const appConfig = z.object({
  role: z.literal('app'),
  /** Lets its parent recognise its processes; not used here. */
  token: z.string().optional(),
  host: z.string(),
  port: z.int().min(0).max(65_535),
  /** The port on which it speaks HTTP/2 without TLS; absent: it does not. */
  h2Port: z.int().min(0).max(65_535).optional(),
  /** The node and pod that it reports to run on. */
  node: z.string(),
  pod: z.string(),
  /** Connections the kernel keeps before they are accepted. */
  backlog: z.int().min(1).default(511),
});
export type AppConfig = z.infer<typeof appConfig>;

/**
 * A pod's settings: PORT, NODE_NAME, POD_NAME (all required) and HOST. Undefined if one is missing or empty: then a parent
 * configures it. All three, because a user's shell may well have a PORT of its own.
 */
export function configFromEnv(env: NodeJS.ProcessEnv): AppConfig | undefined {
  const { PORT, HOST, [podEnv.node]: node, [podEnv.pod]: pod } = env;
  if (!PORT || !node || !pod) return undefined;
  return appConfig.parse({ role: 'app', host: HOST ?? '0.0.0.0', port: Number(PORT), node, pod });
}
