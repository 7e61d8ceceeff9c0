import * as z from 'zod';
import type { Message, Protocol } from '../../base/protocol.ts';
import { ingressLog } from '../../history/events/cluster.ts';
import { lateness } from '../../history/events/instruments.ts';
import { endpoint, ingressConfig } from './config.ts';

/** Commands to the model ingress once it is ready. SIGTERM and `terminate` end it as the kubelet would. */
const ingressCommand = z.discriminatedUnion('type', [
  /** The app's endpoints, all of them. */
  z.object({ type: z.literal('upstream'), endpoints: z.array(endpoint) }),
  z.object({ type: z.literal('terminate') }),
]);
export type IngressCommand = z.infer<typeof ingressCommand>;

/** Events of the history: one for each request, when it has ended, and how late the process was. */
const ingressReport = z.discriminatedUnion('type', [ingressLog, lateness]);
export type IngressReport = z.infer<typeof ingressReport>;

export const ingressProtocol = {
  role: 'ingress',
  config: ingressConfig,
  command: ingressCommand,
  report: ingressReport,
  ready: z.object({ host: z.string(), port: z.int(), securePort: z.int().optional(), pingPort: z.int() }),
} satisfies Protocol<'ingress', unknown, Message, Message, unknown>;
