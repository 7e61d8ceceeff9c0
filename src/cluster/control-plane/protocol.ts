import * as z from 'zod';
import type { Message, Protocol } from '../../base/protocol.ts';
import { lateness } from '../../history/events/instruments.ts';
import { note } from '../../history/events/note.ts';
import { controlPlaneConfig } from './config.ts';

/** What should not happen in it, and how late it was. */
const controlPlaneReport = z.discriminatedUnion('type', [note, lateness]);
export type ControlPlaneReport = z.infer<typeof controlPlaneReport>;

/** How the control plane's process and the provider talk. It takes no commands; once ready it reports where its API is. */
export const controlPlaneProtocol = {
  role: 'control-plane',
  config: controlPlaneConfig,
  command: z.never(),
  report: controlPlaneReport,
  ready: z.object({ host: z.string(), port: z.int() }),
} satisfies Protocol<'control-plane', unknown, Message, Message, unknown>;
