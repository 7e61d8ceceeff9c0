import { existsSync } from 'node:fs';
import { idHeader } from '../../base/request-id.ts';
import { streamPath } from '../../workload/protocol.ts';
import type { K6Config } from '../config.ts';

export interface K6Command {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The script's text, if k6 reads it from its standard input. */
  readonly stdin: string;
}

/** How to start k6: its samples go to the file `samples`. `inherited`: the environment to start from. */
export function k6Command(
  config: K6Config,
  { samples, gateUrl }: { readonly samples: string; readonly gateUrl: string },
  inherited: Readonly<Record<string, string | undefined>>,
): K6Command {
  const { own, keepAlive, file, localAddresses } = config;
  // A script finds what it imports only from its own place, which does not exist in a container.
  const place = file !== null && existsSync(file) ? file : '-';
  return {
    args: [
      'run',
      '--summary-mode=disabled',
      '--no-usage-report',
      '--no-color',
      // Its control port is nobody's business, and two k6 would want the same.
      '--address=',
      '--log-output=stderr',
      `--out=json=${samples}`,
      // The local addresses of its sockets; its virtual users take one after the other.
      ...(localAddresses.length === 0 ? [] : [`--local-ips=${localAddresses.join(',')}`]),
      // Overrides the script and the environment.
      ...(keepAlive ? [] : ['--no-connection-reuse']),
      place,
    ],
    env: { ...inheritedBy(own, inherited), ...environmentOf(config, gateUrl) },
    stdin: place === '-' ? config.script : '',
  };
}

/** K6_VUS and the like are stronger than a script's options: they are for the user's own. */
function inheritedBy(own: boolean, env: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own || !name.startsWith('K6_')));
}

/** The experiment's settings as environment variables, for our script and for one of the user's own. */
export function environmentOf(config: K6Config, gateUrl: string): Record<string, string> {
  const { target, durationMs, intervalMs } = config;
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  const path = streamPath({ id: 'ID', durationMs, intervalMs, chunkSize: 128 });
  return {
    MIDFLIGHT_URL: `${target.tls ? 'https' : 'http'}://${host}:${target.port}`,
    MIDFLIGHT_HOSTNAME: target.hostname,
    MIDFLIGHT_PATH: path.replace('ID', '{id}'),
    MIDFLIGHT_ID_HEADER: idHeader,
    MIDFLIGHT_ID_PREFIX: config.idPrefix,
    MIDFLIGHT_VUS: String(config.vus),
    MIDFLIGHT_RATE: String(config.rate ?? 0),
    MIDFLIGHT_KEEP_ALIVE: config.keepAlive ? 'yes' : 'no',
    MIDFLIGHT_INSECURE: target.insecure ? 'yes' : 'no',
    MIDFLIGHT_TIMEOUT_MS: String(Math.max(2 * durationMs, 1000)),
    MIDFLIGHT_GATE: gateUrl,
    ...(config.runners === undefined ? {} : { MIDFLIGHT_RUNNERS: String(config.runners.count) }),
    // A proxy between would answer in the target's place.
    NO_PROXY: '*',
    no_proxy: '*',
  };
}
