import type { PortBlock } from '../../plan/ports.ts';

/** Our own side of a connection that is to be opened; null: the system's choice. */
export interface Near {
  readonly address: string | null;
  /** Taken by another already: the system's choice as well. */
  readonly port: number | null;
}

/** The near sides of one lane's connections, in their order: addresses in turn, ports of its block in turn. */
export function nearSides(addresses: readonly string[], ports: PortBlock | null): () => Near {
  let opened = 0;
  return () => {
    const k = opened++;
    return {
      address: addresses[k % addresses.length] ?? null,
      port: ports === null ? null : ports.first + (k % ports.count),
    };
  };
}

/** The near side as options of net.connect. */
export function boundTo({ address, port }: Near): { localAddress?: string; localPort?: number } {
  return {
    ...(address === null ? {} : { localAddress: address }),
    ...(port === null ? {} : { localPort: port }),
  };
}

/**
 * Another has the port (EADDRINUSE), or our last connection from there to here is not forgotten yet (EADDRNOTAVAIL,
 * TIME_WAIT): nothing has left the machine.
 */
export const isTaken = (errno: string | null): boolean => errno === 'EADDRINUSE' || errno === 'EADDRNOTAVAIL';
