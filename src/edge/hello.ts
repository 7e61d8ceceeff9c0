/*
 * kube-proxy rewrites the SYN, so a node port answers only once a pod has answered. A proxy in user space has completed the
 * handshake before it can dial a pod. Where a node's annotation says so, the edge therefore begins with a hello, and takes
 * the connection for made when the node answers it, which it does once the pod has. Whoever sends no hello (a user's curl)
 * is served all the same.
 */

/** Annotation of a Node whose node ports understand the hello. */
export const helloAnnotation = 'midflight.dev/hello';

/** No protocol that goes through a balancer begins like this: neither HTTP nor TLS does with a NUL. */
export const hello: Buffer = Buffer.from('\0midflight hello\0', 'latin1');

/** One byte, ahead of everything else that comes back. */
export const welcome: Buffer = Buffer.from([0x06]);

/** The node's side of one connection. */
export interface Greeter {
  /** What of the client's bytes is to be passed on. */
  take(bytes: Buffer): Buffer;
  /** The pod has answered. */
  connected(): void;
}

/** `answer` is called once, when the client has said hello and the pod has answered. */
export function greeter(answer: () => void): Greeter {
  let begun: Buffer | null = Buffer.alloc(0);
  let greeted = false;
  let connected = false;
  return {
    take(bytes) {
      if (begun === null) return bytes;
      const all = begun.length === 0 ? bytes : Buffer.concat([begun, bytes]);
      const head = all.subarray(0, hello.length);
      if (!head.equals(hello.subarray(0, head.length))) {
        begun = null;
        return all;
      }
      if (head.length < hello.length) {
        begun = all;
        return all.subarray(all.length);
      }
      begun = null;
      greeted = true;
      if (connected) answer();
      return all.subarray(hello.length);
    },
    connected() {
      connected = true;
      if (greeted) answer();
    },
  };
}
