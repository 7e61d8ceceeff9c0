import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { TLSSocket } from 'node:tls';
import { loggedAddress } from '../../base/address.ts';
import { endToEnd } from '../../base/end-to-end.ts';
import type { Ranges } from '../../base/ranges.ts';
import { ingressNodeHeader } from '../protocol.ts';

/*
 * The headers that Traefik 3.7 sends upstream: pkg/middlewares/forwardedheaders/forwarded_header.go and
 * pkg/proxy/httputil/proxy.go.
 */

const managed = new Set([
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-forwarded-method',
  'x-forwarded-scheme',
  'x-forwarded-server',
  'x-forwarded-tls-client-cert',
  'x-forwarded-tls-client-cert-info',
  'x-forwarded-uri',
  'x-real-ip',
  'x-scheme',
]);

/** Who carries the request. */
interface ForwardingPod {
  readonly node: string;
  readonly pod: string;
  readonly trusts: Ranges;
}

/** What goes upstream for a request of `peer`. */
export function forwardedHeaders(
  request: IncomingMessage,
  peer: string,
  carrier: ForwardingPod,
): OutgoingHttpHeaders {
  // A client may not have what the proxy itself adds taken away.
  const headers = endToEnd(request, managed);
  if (!carrier.trusts(peer))
    for (const name of Object.keys(headers)) if (managed.has(name.replaceAll('_', '-'))) delete headers[name];
  const address = loggedAddress(peer);
  const host = request.headers.host ?? '';
  headers['x-real-ip'] ??= [address];
  const secure = request.socket instanceof TLSSocket;
  headers['x-forwarded-proto'] ??= [secure ? 'https' : 'http'];
  headers['x-forwarded-port'] ??= [/:(\d+)$/.exec(host)?.[1] ?? (secure ? '443' : '80')];
  headers['x-forwarded-host'] ??= [host];
  const forwardedFor = [...(headers['x-forwarded-for'] ?? []), address].join(', ');
  return {
    ...headers,
    host,
    'x-forwarded-for': forwardedFor,
    'x-forwarded-server': carrier.pod,
    [ingressNodeHeader]: carrier.node,
  };
}
