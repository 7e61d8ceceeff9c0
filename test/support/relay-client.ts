import { connect, type Socket } from 'node:net';
import { errnoOf } from '../../src/base/errors.ts';
import { edgeRig, quickPreset, type Rig } from './edge-rig.ts';
import { within } from './within.ts';

/** What a client sees of a connection through the edge: in order, FIN, RST, bytes. */
interface Seen {
  readonly socket: Socket;
  readonly marks: string[];
  bytes: string;
  local: string;
  readonly ended: Promise<void>;
}

export function dial(rig: Rig, options: { allowHalfOpen?: boolean } = {}): Seen {
  const socket = connect({ host: rig.host, port: rig.port, allowHalfOpen: options.allowHalfOpen ?? true });
  const marks: string[] = [];
  const seen: Seen = {
    socket,
    marks,
    bytes: '',
    local: '',
    ended: new Promise((resolve) => {
      socket.on('end', () => {
        marks.push('FIN');
        resolve();
      });
      socket.on('error', (error) => {
        marks.push(errnoOf(error) === 'ECONNRESET' ? 'RST' : (errnoOf(error) ?? 'error'));
        resolve();
      });
    }),
  };
  socket.on('connect', () => {
    seen.local = `${socket.localAddress}:${socket.localPort}`;
  });
  socket.on('data', (bytes) => {
    seen.bytes += bytes.toString('latin1');
  });
  return seen;
}

export const closeOf = (rig: Rig, seen: Seen) =>
  rig.event('edge-close', (event) => event.client === seen.local);

export const withRig =
  (more: Parameters<typeof quickPreset>[1], work: (rig: Rig) => Promise<void>) => async () => {
    const rig = await edgeRig({ nodes: 1 }, (port) => quickPreset(port, more));
    try {
      await within('the test', work(rig), 60_000);
    } finally {
      await rig.stop();
    }
  };
