import { type ChildHandle, launchChild } from '../../src/base/child.ts';
import { monotonic } from '../../src/base/clock.ts';
import { roleBundle, roleFlags } from '../../src/base/package.ts';
import { nsPerMs } from '../../src/base/units.ts';
import type { StreamsConfig } from '../../src/load/config.ts';
import type { LoadCommand } from '../../src/load/protocol.ts';
import { type LoadReport, recorderProtocol } from '../../src/load/reports.ts';
import type { Job, Told, Tool } from './tool.ts';

export function recorderConfig(
  { url, count, rampMs, streamSeconds }: Job,
  more: Partial<StreamsConfig> = {},
): StreamsConfig {
  return {
    role: 'recorder',
    load: 'slow',
    trial: 0,
    target: { ...url, tls: false, hostname: 'app', path: '/', headers: {}, insecure: false },
    localAddresses: [],
    concurrency: count,
    app: { durationMs: streamSeconds * 1000, intervalMs: 1000, chunkSize: 128, bodySize: 0 },
    rampMs,
    stallMs: 20_000,
    connectTimeoutMs: 19_000,
    renew: false,
    expectStatus: 200,
    idPrefix: '0-slow-',
    ...more,
  };
}

/** The recorder as a run starts it: its bundle, in its own process. `NODE_ARGS` go to node (a profile, say). */
export function launchRecorder(config: StreamsConfig): Promise<ChildHandle<LoadCommand, LoadReport>> {
  const nodeArgs = process.env.NODE_ARGS?.split(' ') ?? [];
  return launchChild({
    command: process.execPath,
    args: [...roleFlags('recorder'), ...nodeArgs, roleBundle('recorder')],
    protocol: recorderProtocol,
    name: 'recorder',
    config,
  });
}

/** What the recorder says until it is idle. */
export function gatherRecorder(handle: ChildHandle<LoadCommand, LoadReport>): Promise<Told> {
  const latenessMs: number[] = [];
  const lostAt: number[] = [];
  let good = 0;
  return new Promise((resolve, reject) => {
    handle.onMessage((message) => {
      if (message.type === 'start') latenessMs.push((message.t - message.dueAt) / nsPerMs);
      else if (message.type === 'end' && message.outcome === 'completed') good += 1;
      else if (message.type === 'end') lostAt.push(monotonic.now());
      else if (message.type === 'fatal') reject(new Error(message.message));
      else if (message.type === 'idle') resolve({ good, lost: lostAt.length, lostAt, latenessMs });
    });
  });
}

export const ours: Tool = {
  name: 'midflight',
  missing: () => null,
  async start(job) {
    const handle = await launchRecorder(recorderConfig(job));
    const told = gatherRecorder(handle);
    handle.send({ type: 'begin' });
    return { pid: handle.pid, told, hurry: () => {}, stop: () => handle.stop() };
  },
};
