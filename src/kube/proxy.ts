import { BlockList, isIP } from 'node:net';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy through which kubectl reaches an API server: $HTTPS_PROXY, for plain HTTP $HTTP_PROXY, also in lower case, unless
 * $NO_PROXY names the host. Loopback addresses are reached directly (golang.org/x/net/http/httpproxy, config.go).
 */
export function proxyFor(server: string, env: Env): string | undefined {
  const { protocol, hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '');
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = variable(name, env);
  if (proxy === '' || host === 'localhost' || contains('127.0.0.0/8', host) || host === '::1')
    return undefined;
  const served = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  const excepted = variable('NO_PROXY', env)
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .some((one) => one !== '' && matches(one, host, served));
  if (excepted) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

const variable = (name: string, env: Env): string => env[name] || env[name.toLowerCase()] || '';

/** `*`, an address, a range of them, a domain with its subdomains, or `.domain` for these alone; each may end with a port. */
function matches(pattern: string, host: string, port: string): boolean {
  if (pattern === '*') return true;
  if (pattern.includes('/')) return contains(pattern, host);
  if (isIP(pattern) > 0) return pattern === host;
  const [, name = pattern, wanted] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
  if (wanted !== undefined && wanted !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*\./, '.');
  if (bare.startsWith('.')) return host.endsWith(bare);
  return host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`));
}

/** An address in `10.0.0.0/8`, `fd00::/8`. */
function contains(range: string, host: string): boolean {
  const family = isIP(host);
  const [net = '', bits = ''] = range.split('/');
  if (family === 0 || isIP(net) !== family || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const list = new BlockList();
  list.addSubnet(net, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
