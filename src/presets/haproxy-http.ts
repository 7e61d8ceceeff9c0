import { haproxy } from './haproxy.ts';
import type { PlannedEdge } from './schema.ts';

/** HAProxy in front of the nodes as `haproxy`, in HTTP mode. */
export const haproxyHttp: PlannedEdge = {
  ...haproxy, // the same configuration, whose checks and reload do not depend on the mode
  preset: 'haproxy-http',
  noTarget: 'reset', // only if the address itself is gone: else it answers, as below
  http: {
    // Our configuration: timeout server 60s, timeout client 60s, as in HAProxy's examples/quick-test.cfg.
    idleTimeoutMs: 60_000,
    keepAliveMs: 60_000, // HAProxy configuration manual, timeout http-keep-alive: unset, so timeout client holds
    // The same manual, pool-purge-delay 5s: every 5 s half of the idle connections are closed. Ours closes each one that has been idle for that long.
    poolIdleMs: 5000,
    // The same manual: retries 3 by default, for connections that could not be made. Our configuration: option redispatch 1, so each
    // goes to another server.
    retries: 3,
    // HAProxy src/http_ana.c, http_return_srv_error, and the configuration manual, "HTTP status codes".
    answers: {
      'no-target': 503, // the manual: no server was available to handle the request
      refused: 503, // http_return_srv_error, STRM_ET_CONN_ERR
      'connect-timeout': 503, // http_return_srv_error, STRM_ET_CONN_TO
      closed: 502, // the manual: the server returns an empty, invalid or incomplete response
      silent: 504, // the manual: the response time-out strikes before the server responds
      malformed: 502, // the manual: the server returns an empty, invalid or incomplete response
    },
  },
  source:
    'HAProxy configuration manual, src/http_ana.c, src/server.c, src/check.c; a configuration of our own: http-reuse always, option redispatch 1',
};
