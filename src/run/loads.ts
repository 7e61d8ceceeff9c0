import { readFileSync } from 'node:fs';
import type { Lane } from '../base/connections.ts';
import { dependencyVersion } from '../base/package.ts';
import type { RoleHandle } from '../base/role.ts';
import type { AutocannonConfig, K6Config, ProbeConfig, StreamsConfig } from '../load/config.ts';
import { requireK6 } from '../load/k6/find.ts';
import { k6Version, ownScript } from '../load/k6/source.ts';
import type { LoadCommand } from '../load/protocol.ts';
import { autocannonProtocol, k6Protocol, probeProtocol, recorderProtocol } from '../load/reports.ts';
import { probeLatenessLimit } from '../plan/instruments.ts';
import { blockOf, type PortBlock } from '../plan/ports.ts';
import type {
  Plan,
  PlannedAutocannon,
  PlannedK6,
  PlannedLoad,
  PlannedProbe,
  PlannedStreams,
  PlannedTrial,
} from '../plan/schema.ts';
import type { HostPort } from '../providers/provider.ts';
import { launchInstrument } from './instruments.ts';
import { type Run, realMs } from './run.ts';

/** Cloudflare gives up on a SYN after 19 s (its docs, error 522): that is how long to follow an unanswered probe. */
const cdnConnectTimeout = 19_000;

/** All load processes of one trial. */
export interface Loads {
  begin(): void;
  /** No new request; those in flight are followed to their end. */
  quiesce(): void;
  /** Ends what is still in flight, as cancelled. */
  cancel(): void;
  /** New connections go to another address from now on. Only `streams` and `probe` can do that. */
  moveTo(to: HostPort): void;
  /** True when no request is in flight any more. */
  idle(): boolean;
  streamsIdle(): boolean;
  stop(): Promise<void>;
}

/** Starts the processes of every load item of the plan; they wait for begin(). */
export async function launchLoads(run: Run, trial: PlannedTrial): Promise<Loads> {
  const handles: { load: PlannedLoad; handle: RoleHandle<LoadCommand> }[] = [];
  const settled = await Promise.allSettled(
    run.plan.load.map(async (load) => {
      const handle = await launch(run, trial, load);
      handles.push({ load, handle });
    }),
  );
  const stop = async () => {
    await Promise.all(handles.map(({ handle }) => handle.stop()));
  };
  const failure = settled.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  const order = (command: LoadCommand) => {
    for (const { handle } of handles) handle.send(command);
  };
  const idle = (only: (load: PlannedLoad) => boolean) =>
    handles.every(({ load }) => !only(load) || run.state.idle.has(load.name));
  return {
    begin: () => order({ type: 'begin' }),
    quiesce: () => order({ type: 'quiesce' }),
    cancel: () => order({ type: 'cancel' }),
    moveTo: ({ host, port }) => order({ type: 'move', host, port }),
    idle: () => idle(() => true),
    streamsIdle: () => idle((load) => load.kind === 'streams'),
    stop,
  };
}

function launch(asked: Run, trial: PlannedTrial, load: PlannedLoad): Promise<RoleHandle<LoadCommand>> {
  const host = asked.loadHosts.hostOf(load);
  const run = { ...asked, provider: { ...asked.provider, host } };
  switch (load.kind) {
    case 'streams':
      return launchInstrument(run, recorderProtocol, streamsOf(run, trial, load), load.name);
    case 'probe':
      return launchInstrument(run, probeProtocol, probeOf(run, trial, load), load.name);
    case 'autocannon':
      return launchInstrument(run, autocannonProtocol, autocannonOf(run, trial, load), load.name);
    case 'k6':
      return launchInstrument(run, k6Protocol, k6Of(run, trial, load), load.name);
  }
}

const common = (run: Run, trial: PlannedTrial, load: PlannedLoad) => ({
  load: load.name,
  trial: trial.index,
  target: load.kind === 'probe' ? run.probeTarget : run.target,
  localAddresses: [...run.provider.host.clients()],
  expectStatus: load.expectStatus,
  idPrefix: `${trial.index}-${load.name}-`,
});

function streamsOf(run: Run, trial: PlannedTrial, load: PlannedStreams): StreamsConfig {
  const ports = portsOf(run.plan, load, null);
  const isOurs = asksOwnApp(run);
  const real = (ms: number) => realMs(run.plan, ms);
  return {
    role: 'recorder',
    ...common(run, trial, load),
    ...(ports === null ? {} : { ports }),
    concurrency: load.concurrency,
    app: isOurs
      ? {
          durationMs: real(load.durationMs),
          intervalMs: real(load.chunkIntervalMs),
          chunkSize: load.chunkSize,
          bodySize: load.bodySize,
        }
      : null,
    rampMs: real(load.rampMs),
    stallMs: real(load.stallMs),
    connectTimeoutMs: real(load.connectTimeoutMs),
    renew: load.renew,
  };
}

/** Behind a URL may be anything: it is asked for as it is, and nothing is known of its answer but what HTTP defines. */
const asksOwnApp = ({ provider }: Pick<Run, 'provider'>): boolean => provider.front.kind !== 'url';

/** None for agents: the balancer would take several of them for one client. None either if no balancer of ours draws by them. */
function portsOf(
  plan: Plan,
  { agents, name }: PlannedStreams | PlannedProbe,
  lane: Lane | null,
): PortBlock | null {
  return agents === undefined && plan.ownCluster === undefined ? blockOf(plan.load, name, lane) : null;
}

function probeOf(run: Run, trial: PlannedTrial, load: PlannedProbe): ProbeConfig {
  const timeoutMs = realMs(run.plan, load.timeoutMs);
  const rate = load.rate * run.plan.timeScale;
  return {
    role: 'probe',
    ...common(run, trial, load),
    ports: Object.fromEntries(
      load.lanes.flatMap((lane) => {
        const block = portsOf(run.plan, load, lane);
        return block === null ? [] : [[lane, block]];
      }),
    ),
    rate,
    ...(asksOwnApp(run) ? {} : { app: false }),
    lanes: load.lanes,
    http: '1.1',
    family: 0,
    timeoutMs,
    holdMs: Math.max(timeoutMs, realMs(run.plan, cdnConnectTimeout)),
    untrustedLatenessMs: probeLatenessLimit(rate),
  };
}

/** autocannon's requests come in volleys, and a timed-out one goes a little after its time. */
const volleySlackMs = 1000;

function autocannonOf(run: Run, trial: PlannedTrial, load: PlannedAutocannon): AutocannonConfig {
  const rate = load.rate * run.plan.timeScale;
  const timeoutMs = realMs(run.plan, load.timeoutMs);
  return {
    role: 'autocannon',
    version: dependencyVersion('autocannon'),
    ...common(run, trial, load),
    connections: load.connections ?? Math.ceil((rate * (timeoutMs + volleySlackMs)) / 1000),
    rate,
    timeoutMs,
  };
}

function k6Of(run: Run, trial: PlannedTrial, load: PlannedK6): K6Config {
  const inPods = load.agents !== undefined;
  const binary = inPods ? '' : requireK6(load.name, process.env);
  return {
    role: 'k6',
    ...common(run, trial, load),
    binary,
    version: inPods ? 'unknown' : k6Version(binary), // runners report theirs later
    script: load.script === null ? ownScript() : readFileSync(load.script, 'utf8'),
    file: load.script,
    own: load.script === null,
    vus: load.vus,
    durationMs: realMs(run.plan, load.durationMs),
    intervalMs: realMs(run.plan, 1000),
    rate: load.rate === null ? null : load.rate * run.plan.timeScale,
    keepAlive: load.keepAlive,
    ...(load.agents === undefined ? {} : { runners: { count: load.agents.count, port: 0 } }),
    ...(load.runnerImage === undefined ? {} : { runnerImage: load.runnerImage }),
  };
}

/** How long the slowest stream of the plan may take from the begin of the ramp until it is classified. */
export function longestStreamMs(plan: Plan): number {
  const each = plan.load.map((load) => {
    if (load.kind === 'streams') return load.rampMs + load.connectTimeoutMs + load.durationMs + load.stallMs;
    return load.kind === 'k6' ? 2 * load.durationMs : load.timeoutMs + cdnConnectTimeout;
  });
  return Math.max(0, ...each);
}
