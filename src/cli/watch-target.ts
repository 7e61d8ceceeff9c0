import { isIP } from 'node:net';
import { MidflightError } from '../base/errors.ts';
import type { LoadTarget } from '../load/config.ts';
import { bareHost, targetOfUrl } from '../load/target.ts';
import { headersIn, parseHeader, shownUrl } from './secrets.ts';

const badUsage = (what: string, hint: string) => new MidflightError('bad-usage', what, { hint });

/** The target of a watch's requests. Throws `bad-usage` for what is no http(s) URL, header or HOST:PORT:ADDRESS. */
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
  const target = targetOfUrl(url);
  return {
    ...target,
    host:
      options.resolve === undefined ? target.host : addressFor(options.resolve, url.hostname, target.port),
    headers: headersOf(options),
    insecure: options.insecure,
    ...(options.method === undefined || options.method === 'GET' ? {} : { method: options.method }),
  };
}

/** Those of the command line after those of the file: the last one of a name holds. Throws `bad-usage`. */
export function headersOf({
  headers,
  headerFile,
  env = {},
}: Pick<Parameters<typeof watchTarget>[0], 'headers' | 'headerFile' | 'env'>): Record<string, string> {
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
      'a user name or password in the URL would be shown in the report',
      "use --header 'Authorization: env:VARIABLE' or --header-file FILE",
    );
  }
  return url;
}

function addressFor(text: string, host: string, port: number): string {
  const [, forHost, forPort, address] = /^(\[[^\]]+\]|[^:]+):(\d+):(.+)$/.exec(text) ?? [];
  const hint = `write --resolve ${host}:${port}:ADDRESS`;
  if (address === undefined || isIP(bareHost(address)) === 0) {
    throw badUsage(`--resolve ${text} is not HOST:PORT:ADDRESS`, hint);
  }
  if (forHost !== host || Number(forPort) !== port) {
    throw badUsage(`--resolve ${text} is for another host or port than the URL's`, hint);
  }
  return bareHost(address);
}

/** True for an address or name that can only be this machine. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  if (isIP(host) === 6) return host === '::1' || /^::ffff:127\./i.test(host);
  return host === 'localhost' || host.endsWith('.localhost');
}
