import type { Socket } from 'node:net';

/*
 * Was it a FIN or a reset? If the last bytes and a reset are there before the process looks, libuv reports the bytes
 * and then an end in order, without asking the kernel why (libuv 1.46, src/unix/stream.c, uv__stream_io: the short circuit
 * on POLLHUP after a partial read). And if a write meets the reset first, as in a TLS handshake, that write takes the
 * error and the read after it sees an end. Both answers below outlast that.
 */

/**
 * Call it at a socket's 'end': true if the connection was reset. A reset connection has no peer any more (getpeername:
 * ENOTCONN), one with a FIN has. Node keeps the first answer: only for a socket whose remote address nobody has asked for.
 * False for a socket whose own side has ended already: there the two look alike. True if a reset came after the FIN
 * and before the process looked, as when the peer closed and what was sent to it met nobody.
 */
export function endedByReset(socket: Socket): boolean {
  return socket.writable && socket.remoteAddress === undefined;
}

/**
 * The same for a plain socket of any kind, at its 'end': reports the FIN, or has the socket emit its 'error' if that
 * was a reset. Sending nothing brings the reason out, and reaches nobody. If bytes wait that the peer does not take,
 * nothing would wait behind them: there the attempt to send them, due before the next turn of the loop, brings it out.
 */
export function onFin(socket: Socket, ended: () => void): void {
  if (!socket.writable) ended();
  else if (socket.writableLength > 0)
    setImmediate(() => {
      if (!socket.destroyed) ended();
    });
  else
    socket.write('', (error) => {
      if (error === null || error === undefined) ended();
    });
}
