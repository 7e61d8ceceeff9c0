import type { IncomingMessage } from 'node:http';

/** They concern one connection only (RFC 9110, 7.6.1; list of Go 1.24 net/http/httputil, hopHeaders). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers of a message that go on beyond this connection, by lower-case name. `kept`: those that its peer cannot have taken away. */
export function endToEnd(
  { headersDistinct }: Pick<IncomingMessage, 'headersDistinct'>,
  kept: ReadonlySet<string> = new Set(),
): Record<string, string[]> {
  const named = (headersDistinct.connection ?? [])
    .flatMap((value) => value.split(','))
    .map((name) => name.trim().toLowerCase());
  const dropped = new Set(named.filter((name) => !kept.has(name)));
  const headers: Record<string, string[]> = {};
  for (const [name, values] of Object.entries(headersDistinct))
    if (values !== undefined && !hopByHop.has(name) && !dropped.has(name)) headers[name] = values;
  return headers;
}
