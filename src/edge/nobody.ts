import type { Socket } from 'node:net';
import { errnoOf } from '../base/errors.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import type { RelayEnd } from './relay.ts';

/** A connection for which the balancer has no node. */
export interface Nobody {
  /** Does to the client what the preset's balancer does. */
  begin(): void;
  /** Ends it because the edge itself ends. */
  shutDown(): void;
}

interface NobodyOptions {
  readonly client: Socket;
  readonly noTarget: PlannedEdge['noTarget'];
  readonly openedAt: Nanoseconds;
  now(): Nanoseconds;
  /** Called once. `connect` is `none`; `connectNs` is for how long the client got no answer. */
  onClosed(end: RelayEnd): void;
}

/**
 * drop: silence until the client leaves. A process cannot leave a SYN unanswered, so the handshake is done, and analysis
 * takes it for an unanswered one. A node that becomes healthy meanwhile is not tried again, as the client's repeated SYN
 * would. reset and refuse look alike from here: RST at once; which of both it was is the preset's word.
 */
export function nobody({ client, noTarget, openedAt, now, onClosed }: NobodyOptions): Nobody {
  let clientEnd: RelayEnd['clientEnd'] = 'open';
  let bytesUp = 0;
  const ends = (how: RelayEnd['clientEnd']) => {
    if (clientEnd === 'open') clientEnd = how;
  };
  client.on('data', (bytes) => {
    bytesUp += bytes.length;
  });
  client.on('end', () => {
    ends('fin');
    client.destroy();
  });
  client.on('error', (error) => ends(errnoOf(error) === 'ECONNRESET' ? 'rst' : 'error'));
  client.on('close', () =>
    onClosed({
      upstreamLocal: null,
      connect: 'none',
      connectNs: now() - openedAt,
      connectedAt: null,
      bytesUp,
      bytesDown: 0,
      lastDownAt: null,
      clientEnd,
      upstreamEnd: 'open',
    }),
  );
  return {
    begin() {
      if (noTarget === 'drop') return void client.resume(); // accepted paused
      ends('edge-reset');
      client.resetAndDestroy();
    },
    shutDown() {
      ends('edge-closed');
      client.destroy();
    },
  };
}
