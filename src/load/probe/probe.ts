import type { Clock } from '../../base/clock.ts';
import type { Lane } from '../../base/connections.ts';
import { type Nanoseconds, nsPerMs, nsPerSecond } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import type { ProbeConfig } from '../config.ts';
import { deadlines } from '../deadlines.ts';
import type { DialOptions } from '../http/connection.ts';
import type { InFlight } from '../http/exchange.ts';
import { startEvent } from '../http/record.ts';
import { pacer } from '../pacer.ts';
import type { LoadContext } from '../protocol.ts';
import { dialOptions, reporter } from '../reporter.ts';
import type { LoadControl } from '../serve.ts';
import { sweeper } from '../sweeper.ts';
import { carrierOf } from './carriers.ts';
import { followed } from './followed.ts';
import type { Sending } from './lanes.ts';

/** A sweep sees a time-out at most this late, ms. */
const sweepMs = 10;
const windowMs = 100;
/** Due events in one window of lateness, so that a short hold-up spoils a short window only. */
const latenessCount = 50;

interface Out {
  readonly request: InFlight;
  /** Counted as failed for the live view: its time-out has passed, though it is still followed. */
  late: boolean;
}

/** Sends short requests at fixed due times and never waits for an answer. */
export function probe(
  config: ProbeConfig,
  context: Pick<LoadContext, 'emit'>,
  clock: Clock,
  { lookup }: Pick<DialOptions, 'lookup'> = {},
): LoadControl {
  const options = dialOptions(config.load, context, clock, lookup);
  const out = new Set<Out>();
  const follower = followed(config, clock.now(), () => sayIdle());
  const report = reporter(config.load, context, clock, latenessCount);
  const { counts } = report;
  const carriersTo = (to: Pick<ProbeConfig['target'], 'host' | 'port'>) =>
    new Map(
      config.lanes.map((lane) => [
        lane,
        carrierOf({ ...config, target: { ...config.target, ...to } }, lane, clock, options),
      ]),
    );
  let carriers = carriersTo(config.target);
  const timeoutNs = config.timeoutMs * nsPerMs;
  const holdNs = Math.max(config.holdMs, config.timeoutMs) * nsPerMs;
  const view = { from: clock.now(), sent: 0, ok: 0, failed: 0 };
  let number = 0;
  let hasStarted = false;
  let quiet = false;

  const send = (lane: Lane, dueAt: Nanoseconds) => {
    const carrier = carriers.get(lane);
    if (carrier === undefined) return;
    const startedAt = clock.now();
    report.late(startedAt - dueAt);
    const sending: Sending = {
      id: `${config.idPrefix}${number++}`,
      load: config.load,
      trial: config.trial,
      kind: 'probe',
      lane,
      dueAt,
      startedAt,
      expectStatus: config.expectStatus,
      numbered: config.app !== false,
      bodiless: config.target.method === 'HEAD',
      connectBy: startedAt + timeoutNs,
      onEnd: (event) => ended(one, event),
      follow: follower.from(startedAt),
    };
    counts.started();
    view.sent += 1;
    context.emit(startEvent(sending));
    const one: Out = { request: carrier.send(sending), late: false };
    out.add(one);
    limits.add(one, startedAt + timeoutNs);
  };
  const ended = (one: Out, event: EventOf<'end'>) => {
    out.delete(one);
    counts.ended(event.outcome, false);
    if (event.outcome === 'completed') view.ok += 1;
    else if (event.outcome !== 'cancelled' && !one.late) view.failed += 1;
    context.emit(event);
    sayIdle();
  };
  const closeAll = () => {
    for (const carrier of carriers.values()) carrier.close();
  };
  const sayIdle = () => {
    if (!quiet || out.size > 0 || follower.open > 0) return;
    closeAll();
    report.idle();
  };

  const lanes = config.lanes.map((lane, index, all) => {
    const gap = nsPerSecond / config.rate;
    let firstDue = 0;
    let count = 0;
    const pace = pacer(clock, (dueAt) => {
      count += 1;
      pace.add(firstDue + count * gap);
      send(lane, dueAt);
    });
    const begin = (now: Nanoseconds) => {
      // Lanes take turns, so that they are not all due at once.
      firstDue = now + (gap * index) / all.length;
      pace.add(firstDue);
    };
    return { begin, clear: pace.clear };
  });

  /** Gives it up at its limit; else when to look again. */
  const look = (one: Out, now: Nanoseconds): Nanoseconds | null => {
    const { request } = one;
    const { startedAt } = request.options;
    if (request.ended) return null;
    if (now < startedAt + timeoutNs) return startedAt + timeoutNs;
    if (request.connectedAt !== null) request.giveUp(startedAt + timeoutNs, 'silence');
    else if (now >= startedAt + holdNs) request.giveUp(startedAt + holdNs, 'connect-timeout');
    else {
      if (!one.late) view.failed += 1;
      one.late = true;
      return startedAt + holdNs;
    }
    return null;
  };
  const sayWindow = (now: Nanoseconds) => {
    const { from, sent, ok, failed } = view;
    if (now - from < windowMs * nsPerMs) return;
    if (sent + ok + failed > 0)
      context.emit({ type: 'probe-window', t: now, load: config.load, fromT: from, sent, ok, failed });
    Object.assign(view, { from: now, sent: 0, ok: 0, failed: 0 });
  };
  const everyMs = Math.max(1, Math.min(sweepMs, config.timeoutMs / 20));
  const limits = deadlines(everyMs, clock.now(), look);
  const sweeping = sweeper(clock, everyMs, (now) => {
    limits.tick(now);
    follower.tick(now);
    sayWindow(now);
    report.tick(now);
  });

  const quiesce = () => {
    quiet = true;
    for (const lane of lanes) lane.clear();
    sayIdle();
  };
  const cancel = () => {
    quiesce();
    for (const { request } of out) request.giveUp(clock.now(), 'cancelled');
    follower.closeAll();
  };
  return {
    begin() {
      if (hasStarted || quiet) return;
      hasStarted = true;
      for (const lane of lanes) lane.begin(clock.now());
    },
    quiesce,
    cancel,
    move(to) {
      closeAll(); // requests in flight end where they began
      carriers = carriersTo(to);
    },
    stop() {
      sweeping.stop();
      cancel();
    },
  };
}
