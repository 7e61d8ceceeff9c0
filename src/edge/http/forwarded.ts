import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { loggedAddress } from '../../base/address.ts';
import { endToEnd } from '../../base/end-to-end.ts';

/**
 * The headers of a request as it goes on to a node, with those that balancers add: AWS "HTTP headers and Application Load Balancers";
 * HAProxy's `option forwardfor` adds the first alone. Expect ends here: the client has its 100 already.
 */
export function forwarded(request: IncomingMessage, body: boolean): OutgoingHttpHeaders {
  const { expect: _expect, host: _host, ...headers } = endToEnd(request);
  const { host } = request.headers;
  const { remoteAddress, localPort } = request.socket;
  const before = headers['x-forwarded-for'] ?? [];
  const chunked = body && request.headers['content-length'] === undefined;
  return {
    ...headers,
    ...(host === undefined ? {} : { host }), // the agent takes no list
    'x-forwarded-for': [...before, loggedAddress(remoteAddress ?? '')].join(', '),
    'x-forwarded-proto': 'http',
    'x-forwarded-port': String(localPort ?? 80),
    ...(chunked ? { 'transfer-encoding': 'chunked' } : {}),
  };
}
