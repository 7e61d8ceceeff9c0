import type { Message, RoleHandle } from '../../base/role.ts';
import { probeLatenessLimit } from '../../history/lateness.ts';
import type { ProbeConfig, StreamsConfig } from '../../load/config.ts';
import type { Plan } from '../../plan/schema.ts';
import { probeTimeoutMs } from '../../plan/shape.ts';
import { launchLocal } from '../../providers/local-role.ts';
import { newToken } from '../../providers/processes.ts';
import { launchInstrument } from '../instruments.ts';
import type { Watch, WatchRunOptions } from './watch.ts';

/** How long a connection that is not answered is waited for: as Cloudflare does (522). */
const connectMs = 19_000;

/** The longest that a probe takes to its end, milliseconds. */
export const probeHoldMs = (plan: Plan): number => Math.max(connectMs, probeTimeoutMs(plan)) + 1000;

/** How the ids of each load's requests begin. */
export const idPrefixes = { streams: 'stream-', probe: 'probe-' } as const;

/** Starts the recorder and the probe that the plan asks for. `handles` gets each as soon as it runs. */
export async function launchInstruments(
  options: WatchRunOptions,
  shared: Pick<Watch, 'clock' | 'state' | 'record'> & { handles: RoleHandle[] },
): Promise<Pick<Watch, 'streams' | 'probe'>> {
  const { state, handles } = shared;
  const token = newToken();
  const run = {
    ...shared,
    provider: {
      host: {
        launch: (role: 'recorder' | 'probe', config: StreamsConfig | ProbeConfig, name: string) =>
          launchLocal(role, config, name, token),
      },
    },
    progress(load: string, message: Message) {
      if (message.type === 'address')
        shared.record({
          type: 'note',
          t: shared.clock.now(),
          level: 'info',
          code: 'address-used',
          text: `${load === idPrefixes.probe.slice(0, -1) ? 'probes' : load} reached ${options.target.hostname} at ${message.address}`,
        });
      state.message(load, message);
      options.onProgress?.(load, message);
    },
  };
  let streams: RoleHandle | null = null;
  let probe: RoleHandle | null = null;
  for (const load of options.plan.load) {
    if (load.kind === 'streams') {
      streams = await launchInstrument(run, streamsConfig(options, load), load.name);
      handles.push(streams);
    } else if (load.kind === 'probe') {
      probe = await launchInstrument(run, probeConfig(options, load), load.name);
      handles.push(probe);
    }
  }
  return { streams, probe };
}

type Load<K extends Plan['load'][number]['kind']> = Extract<Plan['load'][number], { kind: K }>;

function streamsConfig({ target, wanted }: WatchRunOptions, load: Load<'streams'>): StreamsConfig {
  const { name, concurrency, rampMs, stallMs, connectTimeoutMs, expectStatus } = load;
  return {
    role: 'recorder',
    load: name,
    trial: 0,
    target,
    localAddresses: [],
    concurrency,
    app: null,
    rampMs,
    stallMs,
    connectTimeoutMs,
    renew: true,
    expectStatus,
    wanted,
    idPrefix: idPrefixes.streams,
  };
}

function probeConfig({ probeTarget: target, http }: WatchRunOptions, load: Load<'probe'>): ProbeConfig {
  const { name, rate, lanes, timeoutMs, expectStatus } = load;
  return {
    role: 'probe',
    load: name,
    trial: 0,
    target,
    localAddresses: [],
    rate,
    lanes,
    http,
    family: 0,
    timeoutMs,
    holdMs: Math.max(timeoutMs, connectMs),
    expectStatus,
    idPrefix: idPrefixes.probe,
    untrustedLatenessMs: probeLatenessLimit(rate),
    app: false,
  };
}
