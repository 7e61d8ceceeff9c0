import autocannon, { type Instance } from 'autocannon';
import { messageOf } from '../../base/errors.ts';
import { type Nanoseconds, nsPerMs } from '../../base/units.ts';
import type { AutocannonConfig } from '../config.ts';
import { pacer } from '../pacer.ts';
import { reporter } from '../reporter.ts';
import type { MakeLoad } from '../serve.ts';
import { sweeper } from '../sweeper.ts';
import { type Shot, shot } from './shot.ts';

/** A volley is no more often than this, ms: making autocannon's clients costs more than their requests. */
const leastMs = 200;
const tickMs = 50;
/** How often autocannon checks whether all its clients are done, ms. */
const sampleMs = 100;

/** Background of short requests: autocannon fires a volley at fixed times, one request for each of its clients. */
export const autocannonEngine: MakeLoad<AutocannonConfig> = (config, context, clock) => {
  const report = reporter(config.load, context, clock);
  const everyMs = Math.max(leastMs, 1000 / config.rate);
  const each = (config.rate * everyMs) / 1000;
  const shots = new Map<string, Shot>();
  const running = new Set<Instance>();
  const problems = new Set<string>();
  const sums = { requests: 0, answers: 0, errors: 0, timeouts: 0 };
  let hasStarted = false;
  let quiet = false;
  let owed = 0;
  let number = 0;
  let unsent = 0;
  let reported = false;

  const pace = pacer(clock, (dueAt) => {
    pace.add(dueAt + everyMs * nsPerMs);
    owed += each;
    const due = Math.floor(owed);
    owed -= due;
    const free = Math.max(0, config.connections - shots.size);
    unsent += Math.max(0, due - free);
    volley(dueAt, Math.min(due, free));
  });

  const volley = (dueAt: Nanoseconds, count: number) => {
    if (count === 0) return;
    report.late(clock.now() - dueAt);
    const state: { instance?: Instance; over: boolean } = { over: false };
    const options = optionsOf(config, count, (client) => fire(client, dueAt));
    state.instance = autocannon(options, (error, result) => {
      state.over = true;
      if (state.instance !== undefined) running.delete(state.instance);
      if (error) problems.add(`autocannon: ${messageOf(error)}`);
      else {
        sums.requests += result.requests.sent;
        sums.answers += result['2xx'] + result.non2xx;
        sums.errors += result.errors;
        sums.timeouts += result.timeouts;
      }
      sayIdle();
    });
    // A complaint about the options comes before autocannon returns.
    if (!state.over) running.add(state.instance);
  };
  const fire = (client: autocannon.Client, dueAt: Nanoseconds) => {
    const id = `${config.idPrefix}${number}`;
    const localAddress = addressOf(config, number);
    number += 1;
    report.counts.started();
    const one = shot(client, {
      id,
      dueAt,
      config,
      localAddress,
      clock,
      emit: (event) => context.emit(event),
      ended(event) {
        shots.delete(id);
        report.counts.ended(event.outcome, false);
        context.emit(event);
        sayIdle();
      },
    });
    shots.set(id, one);
  };
  const sayIdle = () => {
    if (!quiet || reported || shots.size > 0 || running.size > 0) return;
    reported = true;
    if (unsent > 0)
      problems.add(`${unsent} requests were not sent: all ${config.connections} connections were busy`);
    context.emit({
      type: 'engine-summary',
      t: clock.now(),
      load: config.load,
      engine: 'autocannon',
      version: config.version,
      figures: { ...sums, unsent },
      problems: [...problems],
    });
    ticking.stop();
    report.idle();
  };
  const quiesce = () => {
    quiet = true;
    pace.clear();
    sayIdle();
  };
  const cancel = () => {
    for (const one of [...shots.values()]) one.cancel();
    for (const instance of running) instance.stop();
    quiesce();
  };
  const ticking = sweeper(clock, tickMs, (now, latenessNs) => {
    if (shots.size > 0) report.late(latenessNs);
    report.tick(now);
  });
  return {
    begin() {
      if (hasStarted || quiet) return;
      hasStarted = true;
      pace.add(clock.now());
    },
    quiesce,
    cancel,
    stop() {
      ticking.stop();
      cancel();
    },
  };
};

const addressOf = ({ localAddresses }: AutocannonConfig, number: number): string | null =>
  localAddresses[number % localAddresses.length] ?? null;

function optionsOf(
  { target, timeoutMs }: AutocannonConfig,
  count: number,
  setupClient: (client: autocannon.Client) => void,
): autocannon.Options {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return {
    url: `${target.tls ? 'https' : 'http'}://${host}:${target.port}`,
    connections: count,
    // One request a client, see shot.ts.
    amount: count,
    pipelining: 1,
    // Whole seconds, at least one: shot.ts is more exact, and this only clears away.
    timeout: Math.ceil(timeoutMs / 1000) + 1,
    sampleInt: sampleMs,
    ...(target.tls ? { servername: target.hostname.replace(/:\d+$/, '') } : {}),
    setupClient,
  };
}
