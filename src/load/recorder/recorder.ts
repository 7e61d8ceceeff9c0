import { type Nanoseconds, nsPerMs } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import { streamPath } from '../../workload/protocol.ts';
import type { StreamsConfig } from '../config.ts';
import { deadlines } from '../deadlines.ts';
import { type DialOptions, dialer } from '../http/connection.ts';
import { nearSides } from '../http/near.ts';
import { startEvent } from '../http/record.ts';
import { requestHeads } from '../http/request.ts';
import type { WantedAnswerChecks } from '../http/wanted.ts';
import { pacer } from '../pacer.ts';
import { dialOptions, reporter } from '../reporter.ts';
import type { MakeLoad } from '../serve.ts';
import { sweeper } from '../sweeper.ts';
import { coalescing } from './coalescing.ts';
import { places } from './places.ts';
import { type Cohort, Stream } from './stream.ts';

/** Any URL: the least time between two streams in one place, ms. With the app, a failed one waits for its chunk interval. */
const defaultPauseMs = 1000;
/** Reports a mass failure while it goes on, not after it. */
const flushEvery = 256;
/** A sweep sees a silence at most this late, ms. */
const sweepMs = 50;

/** Holds a cohort of slow streams, one socket each, and reports what became of each. */
export const recorder: MakeLoad<StreamsConfig, [dial?: Pick<DialOptions, 'lookup'>]> = (
  config,
  context,
  clock,
  { lookup } = {},
) => {
  const options = dialOptions(config.load, context, clock, lookup);
  const streams = new Set<Stream>();
  const report = reporter(config.load, context, clock);
  const limits = { stall: config.stallMs * nsPerMs, connect: config.connectTimeoutMs * nsPerMs };
  let hasStarted = false;
  let quiet = false;
  let number = 0;

  const near = nearSides(config.localAddresses, config.ports ?? null);
  const opened = coalescing(() => streams.size);
  const pace = pacer(clock, (dueAt) => start(dueAt));

  const wanted = places(config.concurrency);
  const placeBegun = ({ place }: Stream) => {
    if (wanted.markStarted(place)) report.counts.placeBegun();
  };

  const start = (dueAt: Nanoseconds) => {
    const startedAt = clock.now();
    report.late(startedAt - dueAt);
    const stream = new Stream(cohort, `${config.idPrefix}${number}`, wanted.take(), dueAt, startedAt);
    number += 1;
    report.counts.started();
    context.emit(startEvent(stream));
    streams.add(stream);
    stream.open(near());
    opened();
    silent.add(stream, startedAt + Math.min(limits.connect, limits.stall));
  };

  const ended = (stream: Stream, event: EventOf<'end'>) => {
    streams.delete(stream);
    wanted.free(stream.place);
    report.counts.ended(event.outcome, event.firstChunkAt !== null);
    if (event.outcome === 'completed') placeBegun(stream);
    context.emit(event);
    if (report.counts.ends % flushEvery === 0) context.flush();
    stream.close(event.outcome === 'completed');
    if (config.renew && !quiet) pace.add(renewalAt(stream, event));
    sayIdle();
  };
  let dial = dialer(config.target, 0, options);
  const cohort: Cohort = {
    config,
    clock,
    dial: (near, user) => dial(near, user),
    wanted: wantedOf(config),
    headOf: requestsOf(config),
    body: Buffer.alloc(config.app?.bodySize ?? 0, '.'),
    firstChunk(stream) {
      report.counts.pastFirstChunk();
      placeBegun(stream);
    },
    ended,
  };
  // Neither a target that refuses nor one that answers at once may be hammered.
  const renewalAt = ({ startedAt }: Stream, { outcome }: EventOf<'end'>) => {
    const now = clock.now();
    if (config.app === null) return Math.max(now, startedAt + defaultPauseMs * nsPerMs);
    return outcome === 'completed' ? now : now + config.app.intervalMs * nsPerMs;
  };

  const sayIdle = () => {
    const over = quiet || (hasStarted && !config.renew && pace.waiting === 0);
    if (over && streams.size === 0) report.idle();
  };

  /** Gives it up at its limit; else when to look again. */
  const look = ({ exchange: one }: Stream, now: Nanoseconds): Nanoseconds | null => {
    if (one.ended) return null;
    const connecting = one.connectedAt === null;
    const limit = connecting ? one.options.startedAt + limits.connect : one.aliveAt + limits.stall;
    if (now < limit) return limit;
    one.giveUp(limit, connecting ? 'connect-timeout' : 'silence');
    return null;
  };
  const everyMs = Math.max(1, Math.min(sweepMs, config.stallMs / 20, config.connectTimeoutMs / 20));
  const silent = deadlines(everyMs, clock.now(), look);
  const sweeping = sweeper(clock, everyMs, (now, latenessNs) => {
    if (streams.size > 0) report.late(latenessNs);
    silent.tick(now);
    report.tick(now);
  });

  const quiesce = () => {
    quiet = true;
    pace.clear();
    sayIdle();
  };
  const cancel = () => {
    quiesce();
    for (const { exchange: one } of streams) one.giveUp(clock.now(), 'cancelled');
  };
  return {
    begin() {
      if (hasStarted || quiet) return;
      hasStarted = true;
      const now = clock.now();
      const spacing = (config.rampMs * nsPerMs) / config.concurrency;
      for (let index = 0; index < config.concurrency; index++) pace.add(now + index * spacing);
    },
    quiesce,
    cancel,
    move(to) {
      dial = dialer({ ...config.target, ...to }, 0, options);
    },
    stop() {
      sweeping.stop();
      cancel();
    },
  };
};

function wantedOf({ wanted }: StreamsConfig): WantedAnswerChecks | undefined {
  if (wanted === undefined) return undefined;
  const { bytes, end, minMs } = wanted;
  return { bytes, end, minNs: minMs === null ? null : minMs * nsPerMs };
}

/** The request's head by its id. */
function requestsOf({ target, app }: StreamsConfig): (id: string) => string {
  const head = requestHeads({ target, named: app !== null, bodySize: app?.bodySize ?? 0, keepAlive: false });
  return (id) => head(app === null ? target.path : streamPath({ id, ...app }), id);
}
