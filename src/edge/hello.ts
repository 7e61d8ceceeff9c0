import type { Socket } from 'node:net';

/*
 * kube-proxy rewrites the SYN, so a node port answers only once a pod has answered. A proxy in user space has completed the
 * handshake before it can dial a pod. If a node's annotation asks for it, the edge therefore begins with a hello, and takes
 * the connection for made when the node answers it, which it does once the pod has. The hello carries the luck by which the
 * node chooses a pod, so that this too follows from the seed. Whoever sends no hello (a user's curl) is served all the same.
 */

/** Annotation of a Node whose node ports understand the hello. */
export const helloAnnotation = 'midflight.dev/hello';

/** No protocol that goes through a balancer begins like this: neither HTTP nor TLS does with a NUL. */
const magic = Buffer.from('\0midflight hello\0', 'latin1');
const length = magic.length + 4;

/** One byte, ahead of everything else that comes back. */
export const welcome: Buffer = Buffer.from([0x06]);

/** `draw`: an unsigned 32-bit number. */
export function helloOf(draw: number): Buffer {
  const bytes = Buffer.alloc(length);
  magic.copy(bytes);
  bytes.writeUInt32BE(draw >>> 0, magic.length);
  return bytes;
}

/** `draw` null: these are the client's own bytes. Undefined: more bytes are needed to decide. */
export function parseHello(bytes: Buffer): { draw: number | null; rest: Buffer } | undefined {
  const head = bytes.subarray(0, magic.length);
  if (!head.equals(magic.subarray(0, head.length))) return { draw: null, rest: bytes };
  if (bytes.length < length) return undefined;
  return { draw: bytes.readUInt32BE(magic.length), rest: bytes.subarray(length) };
}

/**
 * Reads the hello of a new, paused connection, and puts back what else came. `done` gets its draw, or null if there is
 * none; it is called once the client has spoken or ended, and never if the connection fails before. There is no time limit:
 * a busy machine delays a hello by seconds, and one that was taken for the client's own bytes would garble its answer.
 */
export function readHello(client: Socket, done: (draw: number | null) => void): void {
  let seen: Buffer = Buffer.alloc(0);
  const end = (draw: number | null, rest: Buffer) => {
    client.off('readable', read);
    client.off('error', gone);
    client.off('close', gone);
    if (rest.length > 0) client.unshift(rest);
    done(draw);
  };
  const read = () => {
    let bytes: Buffer | null = client.read();
    if (bytes === null) return end(null, seen); // its end
    // One read gives all that has arrived up to Node.js 24, and only its first chunk from 26 on.
    for (; bytes !== null; bytes = client.read()) {
      seen = seen.length === 0 ? bytes : Buffer.concat([seen, bytes]);
      const parsed = parseHello(seen);
      if (parsed !== undefined) return end(parsed.draw, parsed.rest);
    }
  };
  const gone = () => client.destroy();
  client.on('error', gone);
  client.on('close', gone);
  client.on('readable', read);
}
