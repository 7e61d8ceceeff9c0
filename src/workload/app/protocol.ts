import * as z from 'zod';
import type { Message, Protocol } from '../../base/protocol.ts';
import { appConfig } from './config.ts';

/** The app's process takes no commands and reports only where it listens. SIGTERM: it finishes what is in flight. */
export const appProtocol = {
  role: 'app',
  config: appConfig,
  command: z.never(),
  report: z.never(),
  ready: z.object({ host: z.string(), port: z.int(), h2Port: z.int().optional() }),
} satisfies Protocol<'app', unknown, Message, Message, unknown>;
