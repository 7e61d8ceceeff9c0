import * as z from 'zod';
import type { Message, Protocol } from '../../base/protocol.ts';
import { lateness } from '../../history/events/instruments.ts';
import { appConfig } from './config.ts';

export type AppReport = z.infer<typeof lateness>;

/** The app's process takes no commands, and reports where it listens and when it was late. SIGTERM: it finishes what is in flight. */
export const appProtocol = {
  role: 'app',
  config: appConfig,
  command: z.never(),
  report: lateness,
  ready: z.object({ host: z.string(), port: z.int(), h2Port: z.int().optional() }),
} satisfies Protocol<'app', unknown, Message, Message, unknown>;
