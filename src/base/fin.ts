import type { Socket } from 'node:net';

/**
 * Call it at a socket's 'end': tells of the peer's FIN, or has the socket emit its 'error' where that was a reset.
 *
 * Where the last bytes and a reset are there before the process looks, libuv reports the bytes and then an end in order,
 * without asking the kernel why (libuv 1.46, src/unix/stream.c, uv__stream_io: the short circuit on POLLHUP after a
 * partial read). The reason still waits in the socket; sending nothing brings it out, and reaches nobody.
 * Over TLS an empty write does not reach the kernel: there `last` must be something that the peer passes over.
 */
export function onFin(socket: Socket, tell: () => void, last = ''): void {
  if (!socket.writable) tell();
  else
    socket.write(last, (error) => {
      if (error === null || error === undefined) tell();
    });
}
