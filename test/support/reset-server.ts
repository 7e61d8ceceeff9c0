import { type AddressInfo, createServer } from 'node:net';
import { TLSSocket } from 'node:tls';
import { contextOf } from './fault-server/server.ts';

/*
 * A process of its own: begins an answer 150 ms after the request and resets or ends the connection 50 ms later, as the argument says, while its
 * client is busy. Arguments: fin or rst; tcp or tls.
 */
const [, , how = 'fin', layer = 'tcp'] = process.argv;
const context = contextOf();
const server = createServer((tcp) => {
  const socket = layer === 'tls' ? new TLSSocket(tcp, { isServer: true, secureContext: context }) : tcp;
  for (const one of [tcp, socket]) one.on('error', () => {});
  socket.once('data', () => {
    setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun'), 150);
    setTimeout(() => (how === 'rst' ? tcp.resetAndDestroy() : tcp.destroy()), 200);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
