import * as z from 'zod';
import type { Message, Protocol } from '../base/protocol.ts';
import {
  check,
  edgeClose,
  edgeOpen,
  edgeRequest,
  edgeResponse,
  health,
  reconcile,
} from '../history/events/edge.ts';
import { lateness } from '../history/events/instruments.ts';
import { note } from '../history/events/note.ts';
import { edgeConfig } from './config.ts';

/** Commands to the edge once it is ready. */
const edgeCommand = z.discriminatedUnion('type', [
  /** A trial begins: it counts connections anew, and chooses by this seed. */
  z.object({ type: z.literal('trial'), seed: z.number() }),
  /** Answered by `synced` with the same id, after every event up to now. */
  z.object({ type: z.literal('sync'), id: z.string() }),
  /** It tries the port of its Service on each target; answered by `reached`. One at a time: another one meanwhile is ignored. */
  z.object({ type: z.literal('reach') }),
]);
export type EdgeCommand = z.infer<typeof edgeCommand>;

/** What it reports: events of the history, and answers to commands. */
const edgeReport = z.discriminatedUnion('type', [
  edgeOpen,
  edgeClose,
  edgeRequest,
  edgeResponse,
  check,
  health,
  reconcile,
  lateness,
  note,
  z.object({ type: z.literal('synced'), id: z.string() }),
  /** The targets through which a pod took a connection. */
  z.object({ type: z.literal('reached'), nodes: z.array(z.string()) }),
]);
export type EdgeReport = z.infer<typeof edgeReport>;

/** The address that it listens on. */
const edgeReady = z.object({ host: z.string(), port: z.int() });

export const edgeProtocol = {
  role: 'edge',
  config: edgeConfig,
  command: edgeCommand,
  report: edgeReport,
  ready: edgeReady,
} satisfies Protocol<'edge', unknown, Message, Message, unknown>;
