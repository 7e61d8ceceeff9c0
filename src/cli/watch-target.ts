import { isIP } from 'node:net';
import { MidflightError } from '../base/errors.ts';
import type { LoadTarget } from '../load/config.ts';
import { headersIn, parseHeader, shownUrl } from './secrets.ts';

const badUsage = (what: string, hint: string) => new MidflightError('bad-usage', what, { hint });

/** Where the requests of a watch go. Throws `bad-usage` for what is no http(s) URL, header or HOST:PORT:ADDRESS. */
export function watchTarget(options: {
  readonly url: string;
  readonly resolve: string | undefined;
  readonly headers: readonly string[];
  readonly headerFile?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly insecure: boolean;
  readonly method?: LoadTarget['method'];
}): LoadTarget {
  const url = parseUrl(options.url);
  const tls = url.protocol === 'https:';
  const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
  return {
    host:
      options.resolve === undefined ? bare(url.hostname) : addressFor(options.resolve, url.hostname, port),
    port,
    tls,
    hostname: url.host,
    path: `${url.pathname}${url.search}`,
    headers: headersOf(options),
    insecure: options.insecure,
    ...(options.method === undefined || options.method === 'GET' ? {} : { method: options.method }),
  };
}

/** Those of the command line after those of the file: the last one of a name holds. */
function headersOf({ headers, headerFile, env = {} }: Parameters<typeof watchTarget>[0]) {
  const ofFile = headerFile === undefined ? [] : headersIn(headerFile, env);
  return Object.fromEntries([...ofFile, ...headers.map((text) => parseHeader(text, env))]);
}

function parseUrl(text: string): URL {
  const hint = 'write http://HOST[:PORT]/PATH or https://…';
  if (!URL.canParse(text)) throw badUsage(`'${shownUrl(text)}' is no URL`, hint);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw badUsage(`'${shownUrl(text)}': ${url.protocol.slice(0, -1)} cannot be watched`, hint);
  }
  if (url.username !== '' || url.password !== '') {
    throw badUsage(
      'a user name or password in the URL would stand in the report',
      "use --header 'Authorization: env:VARIABLE' or --header-file FILE",
    );
  }
  return url;
}

/** An IPv6 address stands in brackets in a URL. */
const bare = (host: string) => host.replace(/^\[(.*)\]$/, '$1');

function addressFor(text: string, host: string, port: number): string {
  const [, forHost, forPort, address] = /^(\[[^\]]+\]|[^:]+):(\d+):(.+)$/.exec(text) ?? [];
  const hint = `write --resolve ${host}:${port}:ADDRESS`;
  if (address === undefined || isIP(bare(address)) === 0) {
    throw badUsage(`--resolve ${text} is not HOST:PORT:ADDRESS`, hint);
  }
  if (forHost !== host || Number(forPort) !== port) {
    throw badUsage(`--resolve ${text} is for another host or port than the URL's`, hint);
  }
  return bare(address);
}

/** True for an address or name that can only be this machine. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  if (isIP(host) === 6) return host === '::1' || /^::ffff:127\./i.test(host);
  return host === 'localhost' || host.endsWith('.localhost');
}
