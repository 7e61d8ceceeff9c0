import { Writable } from 'node:stream';
import { CoreV1Api, type KubeConfig, Log } from '@kubernetes/client-node';
import * as z from 'zod';
import { messageOf } from '../../base/errors.ts';
import { nsPerMs } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import { hasReadyCondition } from '../../kube/ready.ts';
import type { Workload } from '../provider.ts';
import { type ContainerClock, ofWall } from './clock.ts';

/** A line of Traefik's access log in JSON (its docs, "Access logs: available fields"). */
const line = z.object({
  ClientHost: z.string(),
  DownstreamStatus: z.number(),
  /** Nanoseconds. */
  Duration: z.number(),
  StartUTC: z.string(),
  RequestPath: z.string(),
  /** A kept header has `request_` before its canonical name. */
  'request_X-Midflight-Id': z.string().optional(),
});

export interface AccessLog {
  stop(): void;
}

interface AccessLogOptions {
  readonly kubeConfig: KubeConfig;
  readonly workload: Pick<Workload, 'ingress'>;
  now(): number;
  /** Traefik's wall clock is its node's. */
  readonly clock: ContainerClock;
  event(event: EventOf<'ingress'>): void;
  /** A log could not be followed any more. */
  lost(pod: string, reason: string): void;
}

/** How often to look for ingress pods that are not followed yet: a pod that is moved or restarted has a new log. */
const lookMs = 1000;

/** How many tries in a row may fail before it is reported: a second apart. */
const lostAfter = 10;

/** Follows the access log of every ingress pod that there is, and that comes later. */
export function followAccessLogs(options: AccessLogOptions): AccessLog {
  const { kubeConfig, workload, lost } = options;
  const core = kubeConfig.makeApiClient(CoreV1Api);
  const log = new Log(kubeConfig);
  const followed = new Map<string, AbortController | null>();
  const failures = new Map<string, number>();
  let stopped = false;

  const follow = async (namespace: string, pod: string, node: string | null, key: string) => {
    followed.set(key, null);
    const sink = linesInto((text) => {
      const event = eventOf(text, pod, node, options.now(), options.clock);
      if (event !== undefined) options.event(event);
    });
    sink.on('close', () => followed.delete(key));
    try {
      const abort = await log.log(namespace, pod, 'traefik', sink, { follow: true, tailLines: 0 });
      followed.set(key, abort);
      failures.delete(key);
      if (stopped) abort.abort();
    } catch (error) {
      followed.delete(key);
      // A container that is only starting has none yet, and of a node that is down nothing else is to be expected.
      if (stopped || !(await isUp(node))) return;
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      if (count === lostAfter) lost(pod, reasonOf(error));
    }
  };
  const isUp = async (node: string | null) => {
    if (node === null) return true;
    return hasReadyCondition(await core.readNode({ name: node }));
  };
  const look = async () => {
    const { items } = await core.listNamespacedPod({ ...workload.ingress });
    for (const { metadata, spec, status } of items) {
      const restarts = status?.containerStatuses?.[0]?.restartCount ?? 0;
      const key = `${metadata?.uid} ${restarts}`;
      const running = status?.containerStatuses?.[0]?.state?.running !== undefined;
      if (running && !followed.has(key)) {
        follow(metadata?.namespace ?? '', metadata?.name ?? '', spec?.nodeName ?? null, key).catch(() => {});
      }
    }
  };
  const timer = setInterval(() => void look().catch(() => {}), lookMs);
  void look().catch(() => {});
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
      for (const abort of followed.values()) abort?.abort();
    },
  };
}

/** client-node puts the whole answer, headers and all, into the message. */
function reasonOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) {
    return `the API answered ${error.code}`;
  }
  return messageOf(error);
}

function linesInto(take: (text: string) => void): Writable {
  let rest = '';
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) take(text);
      done();
    },
  });
}

/** One request as Traefik logged it; undefined for a line that is none (its own messages). */
export function eventOf(
  text: string,
  pod: string,
  node: string | null,
  now: number,
  clock: ContainerClock,
): EventOf<'ingress'> | undefined {
  if (!text.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = line.safeParse(value);
  if (!parsed.success) return undefined;
  const { ClientHost, DownstreamStatus, Duration, StartUTC, RequestPath } = parsed.data;
  const named = parsed.data['request_X-Midflight-Id'];
  const ended = ofWall(Date.parse(StartUTC) * nsPerMs + Duration, clock);
  return {
    type: 'ingress',
    // Whole milliseconds: it must not seem to end after its line was read.
    t: Math.min(ended, now),
    pod,
    node,
    id: named ?? new URL(RequestPath, 'http://x').searchParams.get('id'),
    source: ClientHost,
    status: DownstreamStatus,
    durationMs: Duration / nsPerMs,
  };
}
