/** A chunk of HTTP/1.1. */
export const chunkOf = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

/** A path for answers that no cluster gave. */
export const somePath = {
  endpointNode: 'n0',
  endpointPod: 'a0',
  ingressNode: 'n1',
  ingressPod: 'i0',
  source: '127.0.0.1',
};
