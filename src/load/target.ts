import type { LoadTarget } from './config.ts';

/** An IPv6 address is in brackets in a URL. */
export const bareHost = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

/** The target of requests for a URL, with nothing that is not in the URL. */
export function targetOfUrl(url: URL): LoadTarget {
  const tls = url.protocol === 'https:';
  return {
    host: bareHost(url.hostname),
    port: url.port === '' ? (tls ? 443 : 80) : Number(url.port),
    tls,
    hostname: url.host,
    path: `${url.pathname}${url.search}`,
    headers: {},
    insecure: false,
  };
}
