import { z } from 'zod';

/** What the app's process is told: as a role by its parent, on a cluster by its environment. */
export const appConfig = z.object({
  role: z.literal('app'),
  /** Lets its parent tell its processes apart; not used here. */
  token: z.string().optional(),
  host: z.string(),
  port: z.int().min(0).max(65_535),
  /** Node and pod that it says it runs on. */
  node: z.string(),
  pod: z.string(),
  /** Connections the kernel keeps before they are accepted. */
  backlog: z.int().min(1).default(511),
});
export type AppConfig = z.infer<typeof appConfig>;

/** Ready says {host, port}. SIGTERM: no new connection is taken, what is in flight is finished. */

/** Of a pod: PORT (required), HOST, NODE_NAME and POD_NAME. Undefined without PORT: then the parent configures it. */
export function configFromEnv(env: NodeJS.ProcessEnv): AppConfig | undefined {
  if (env.PORT === undefined) return undefined;
  return appConfig.parse({
    role: 'app',
    host: env.HOST ?? '0.0.0.0',
    port: Number(env.PORT),
    node: env.NODE_NAME ?? '',
    pod: env.POD_NAME ?? '',
  });
}
