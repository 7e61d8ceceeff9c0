import { isCertificate } from '../../base/errno.ts';
import { type Timers, timersOf } from '../../base/timers.ts';
import { nsPerMs } from '../../base/units.ts';
import { isSilent } from '../../catalogue/outcomes.ts';
import type { AnyPlan } from '../../plan/schema.ts';
import { probeTimeoutMs } from '../../plan/shape.ts';
import { wrongProtocol } from './diagnose.ts';
import type { Failure } from './failures.ts';
import { idPrefixes } from './instruments.ts';
import type { WatchedRun } from './watch.ts';

/** How long all must be well before the command is run. */
const steadyMs = 2000;
/**
 * After this long with nothing but failures of one kind, and at least this many, there is no point in waiting longer. Silence
 * is different: it shows only at its time limit.
 */
const hopeless = { ms: 1000, count: 3 };

/** Waits until each wanted stream has begun and nothing has failed for a while; what is wrong, else. */
export async function unwellBefore(watch: WatchedRun, onSteady: () => void): Promise<string | null> {
  const { options, state, clock, streams } = watch;
  const { signal, plan } = options;
  const wanted = plan.load.reduce((sum, load) => sum + (load.kind === 'streams' ? load.concurrency : 0), 0);
  const counts = () => state.loads.get('streams');
  const allStarted = () => streams === null || (counts()?.placesBegun ?? 0) >= wanted;
  const beganAt = clock.now();
  const inVain = (idPrefix: string, load: string) => {
    const { completed = 0, placesBegun = 0 } = state.loads.get(load) ?? {};
    const most = watch.failures.most(idPrefix);
    return (
      completed + placesBegun === 0 &&
      clock.now() - beganAt >= hopeless.ms * nsPerMs &&
      most !== null &&
      most.count >= hopeless.count &&
      !isSilent(most.outcome)
    );
  };
  const noStream = () => streams !== null && inVain(idPrefixes.streams, 'streams');
  const limitMs = Math.max(0, ...plan.load.map(rampLimitOf));
  const known = await state.until(
    () => allStarted() || noStream(),
    limitMs,
    signal,
    `a first byte on each of the ${wanted} streams`,
  );
  if (!allStarted()) {
    const limit = known ? '' : ` within ${limitMs / 1000} s`;
    return `not all of the ${wanted} streams had a first answer${limit}${await how(watch, idPrefixes.streams)}`;
  }
  onSteady();
  const since = clock.now();
  const lost = counts()?.lost ?? 0;
  const timeoutNs = probeTimeoutMs(plan) * nsPerMs;
  const well = () =>
    clock.now() - since >= steadyMs * nsPerMs &&
    state.probes.stableSince(since, clock.now(), steadyMs * nsPerMs, timeoutNs);
  const noProbe = () => watch.probe !== null && inVain(idPrefixes.probe, 'probe');
  // A probe may take its whole time-out: only then is it known that it was well.
  const limit = 5 * steadyMs + probeTimeoutMs(plan);
  await state.until(() => well() || noProbe(), limit, signal, `${steadyMs / 1000} s without a failed probe`);
  if (!well()) return `probes failed before anything was done${await how(watch, idPrefixes.probe)}`;
  return (counts()?.lost ?? 0) > lost
    ? `streams were lost before anything was done${await how(watch, idPrefixes.streams)}`
    : null;
}

/** How most of these failed, and what may be done about it. */
async function how({ options, failures, clock }: WatchedRun, idPrefix: string): Promise<string> {
  const most = failures.most(idPrefix);
  if (most === null) return '';
  return `: ${most.count} failed, ${most.text}${await hintFor(options, idPrefix, most, timersOf(clock))}`;
}

async function hintFor(
  options: WatchedRun['options'],
  idPrefix: string,
  failure: Failure,
  timers: Timers,
): Promise<string> {
  const { plan, target, http } = options;
  const { outcome, errno, status } = failure;
  if (errno !== null && isCertificate(errno)) return '; --insecure takes any';
  if (outcome === 'unresolved') return '; is the name right? --resolve HOST:PORT:ADDRESS needs none';
  // An answer in HTTP speaks the right protocol, but for the one that servers give to plain HTTP on a TLS port.
  if (outcome !== 'http-error' || status === 400) {
    const wrong = await wrongProtocol(target, idPrefix === idPrefixes.probe ? http : '1.1', timers);
    if (wrong !== null) return `; ${wrong}`;
  }
  if (outcome === 'http-error') return statusHint(status ?? 0, target.method ?? 'GET');
  if (outcome !== 'hung') return '';
  return idPrefix === idPrefixes.probe
    ? `, without a whole answer for ${probeTimeoutMs(plan) / 1000} s; a slow URL wants a longer --timeout, or a quick --probe-path`
    : `, silent for ${stallMs(plan) / 1000} s; a slow URL wants a longer --stall`;
}

function statusHint(status: number, method: string): string {
  const expected = '--status names the one to expect';
  if (status >= 300 && status < 400)
    return `; redirects are not followed: watch the URL it leads to, or ${expected}`;
  if (status === 401 || status === 407) return `; --header 'Authorization: …' signs in, and ${expected}`;
  if (status === 405) return `; the server does not take ${method}: see --method, and ${expected}`;
  return `; ${expected}`;
}

/** When the last of the streams has been silent for too long. */
const rampLimitOf = (load: AnyPlan['load'][number]) =>
  load.kind === 'streams' ? load.rampMs + load.stallMs + 1000 : 0;

const stallMs = (plan: AnyPlan) =>
  Math.max(0, ...plan.load.map((load) => (load.kind === 'streams' ? load.stallMs : 0)));
