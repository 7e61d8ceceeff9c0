import type { ProbeConfig, StreamsConfig } from '../../load/config.ts';
import { probeProtocol, recorderProtocol } from '../../load/reports.ts';
import { probeLatenessLimit } from '../../plan/instruments.ts';
import type { AnyPlan } from '../../plan/schema.ts';
import { probeTimeoutMs } from '../../plan/shape.ts';
import type { Host } from '../../providers/provider.ts';
import type { ConductSession } from '../conduct.ts';
import { launchInstrument } from '../instruments.ts';
import type { ProgressReport } from '../state.ts';
import type { WatchedRun, WatchRunOptions } from './watch.ts';

/** How long a connection that is not answered is waited for: as Cloudflare does (522). */
const connectMs = 19_000;

/** The longest that a probe takes to its end, milliseconds. */
export const probeHoldMs = (plan: AnyPlan): number => Math.max(connectMs, probeTimeoutMs(plan)) + 1000;

/** How the ids of each load's requests begin. */
export const idPrefixes = { streams: 'stream-', probe: 'probe-' } as const;

/** Starts the recorder and the probe that the plan asks for. */
export async function launchInstruments(
  options: WatchRunOptions,
  session: ConductSession,
  host: Host,
): Promise<Pick<WatchedRun, 'streams' | 'probe'>> {
  const run = {
    ...session,
    provider: { host },
    progress(load: string, message: ProgressReport) {
      if (message.type === 'address')
        session.record({
          type: 'note',
          t: session.clock.now(),
          level: 'info',
          code: 'address-used',
          text: `${load === idPrefixes.probe.slice(0, -1) ? 'probes' : load} reached ${options.target.hostname} at ${message.address}`,
        });
      session.progress(load, message);
    },
  };
  let streams: WatchedRun['streams'] = null;
  let probe: WatchedRun['probe'] = null;
  for (const load of options.plan.load) {
    if (load.kind === 'streams') {
      streams = await launchInstrument(run, recorderProtocol, streamsConfig(options, load), load.name);
    } else if (load.kind === 'probe') {
      probe = await launchInstrument(run, probeProtocol, probeConfig(options, load), load.name);
    }
  }
  return { streams, probe };
}

type Load<K extends AnyPlan['load'][number]['kind']> = Extract<AnyPlan['load'][number], { kind: K }>;

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
