import type { AddressInfo, Server } from 'node:net';
import { freePort } from '../node-port.ts';
import { cells } from './cells.ts';
import { framingCells } from './framing-cells.ts';
import { contextOf, type Deed, faultListener } from './server.ts';

// The fault server's own process: a busy client must not slow down the server that it is measured against.
export type ToServer = { readonly take: string };
export type FromServer =
  | { readonly ports: Record<string, number> }
  | { readonly cell: string; readonly deeds: readonly Deed[] };

const [, , host = '127.0.0.1', tls] = process.argv;
const context = tls === 'tls' ? contextOf() : undefined;
const deeds = new Map<string, Deed[]>();
const ports: Record<string, number> = {};
const portOf = (server: Server) => (server.address() as AddressInfo).port;
const say = (message: FromServer) => process.send?.(message);

for (const cell of [...cells, ...framingCells]) {
  if (cell.port === 'silent') continue; // a stopped process of its own, see index.ts
  if (cell.port === 'closed') {
    ports[cell.name] = await freePort(host);
    continue;
  }
  const own: Deed[] = [];
  deeds.set(cell.name, own);
  const server = await faultListener(host, cell.on, cell.steps, (deed) => own.push(deed), context);
  ports[cell.name] = portOf(server);
}
process.on('message', ({ take }: ToServer) => {
  say({ cell: take, deeds: deeds.get(take)?.splice(0) ?? [] });
});
process.on('disconnect', () => process.exit(0));
say({ ports });
