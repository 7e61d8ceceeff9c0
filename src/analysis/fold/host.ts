/** The host of `127.0.0.1:80` or `[::1]:80`. */
export function hostOf(socketAddress: string): string {
  const end = socketAddress.lastIndexOf(':');
  return socketAddress.startsWith('[') ? socketAddress.slice(1, end - 1) : socketAddress.slice(0, end);
}
