import * as z from 'zod';
import { isRange } from '../../base/ranges.ts';

const cidr = z.string().refine(isRange, { error: 'no address range such as 10.0.0.0/8' });
const port = z.int().min(0).max(65_535);

/** h2Port: where it speaks HTTP/2 without TLS. */
export const endpoint = z.object({ host: z.string(), port, h2Port: port.optional() });
export type AppEndpoint = z.infer<typeof endpoint>;

/** Configuration of the model ingress' process. All durations are REAL milliseconds. Defaults are Traefik's (v3.7). */
export const ingressConfig = z.object({
  role: z.literal('ingress'),
  /** Lets its parent recognise its processes; not used here. */
  token: z.string().optional(),
  host: z.string(),
  port,
  /** Where it ends TLS, with a certificate that it makes for itself; absent: it does not. */
  securePort: port.optional(),
  /** Connections the kernel keeps before they are accepted. */
  backlog: z.int().min(1).default(511),
  pingHost: z.string(),
  pingPort: port,
  /** The node and pod that it reports to run on. */
  node: z.string(),
  pod: z.string(),
  /** The app's endpoints; the command `upstream` replaces them. */
  upstream: z.array(endpoint),
  /** HTTP/2 to the app; absent: HTTP/1.1. */
  h2c: z
    .object({
      /** service: one connection, to whichever endpoint it got. */
      via: z.enum(['endpoints', 'service']),
      /** Silence after which a ping is sent. */
      pingAfterMs: z.number().positive(),
      /** The ping is the ingress' own; false: it only stands in for TCP's acknowledgements, while requests are open. */
      pings: z.boolean(),
      /** Silence after which the connection is over. */
      givesUpMs: z.number().positive(),
    })
    .optional(),
  /** Requests for this host are carried; others get 404. */
  hostname: z.string(),
  /** Only peers in these ranges are served, others get 403 (ipAllowList.sourceRange). Empty: all are. */
  allowList: z.array(cidr),
  /** Peers in these ranges may bring X-Forwarded headers (forwardedHeaders.trustedIPs). */
  trustedIPs: z.array(cidr),
  graceTimeOutMs: z.number().min(0),
  requestAcceptGraceTimeoutMs: z.number().min(0),
  /** Local address towards the upstream; null: the system's choice. */
  bindAddress: z.string().nullable(),
  /** forwardingTimeouts.dialTimeout: an upstream that does not accept by then is a 504. */
  dialTimeoutMs: z.number().positive().default(30_000),
});
export type IngressConfig = z.infer<typeof ingressConfig>;
