import { isDeepStrictEqual } from 'node:util';
import type { Random } from '../base/random.ts';
import { type Nanoseconds, type NodeName, nsPerMs } from '../base/units.ts';
import { healthzPort } from '../kube/names.ts';
import type { PlannedCheck, PlannedEdge } from '../plan/schema.ts';
import type { CheckRequest } from './check.ts';
import { type CheckResult, type Health, judge, newTarget, recheck } from './health.ts';
import type { FollowedService, Target } from './targets.ts';
import type { CheckTimers } from './timers.ts';

interface HealthChecksOptions {
  readonly timers: CheckTimers;
  readonly timeScale: number;
  readonly ejectOn503: boolean;
  /** What a target counts as until its first checks have decided. */
  readonly newTarget: PlannedEdge['newTarget'];
  /** What an interval is counted from: the beginning of the last check, or its result. */
  readonly intervalFrom: PlannedEdge['checkIntervalFrom'];
  readonly from: string | null;
  /** When in its interval each node is checked: of its own, as with a real balancer's many probers. */
  readonly random: Random;
  perform(request: CheckRequest): Promise<CheckResult>;
  /** `port`: what was asked, as the Service knows it; null: there was none to ask. */
  onCheck(
    node: NodeName,
    dueAt: Nanoseconds,
    startedAt: Nanoseconds,
    result: CheckResult,
    port: number | null,
  ): void;
  onVerdict(node: NodeName, healthy: boolean, reason: string): void;
}

export interface HealthChecks {
  /** Checks these targets from now on, with this check. Verdicts of targets that stay are kept. */
  apply(targets: readonly Target[], check: PlannedCheck, service: FollowedService): void;
  isHealthy(node: NodeName): boolean;
  /** Forgets every verdict: the next apply() begins with new targets. */
  restart(): void;
  stop(): void;
}

interface Probed {
  target: Target;
  health: Health;
  cancel: () => void;
  /** Answers to checks of an older configuration count no more. */
  generation: number;
  /** It has its own place in the interval: a new target is checked at once, and then from a random instant on. */
  phased: boolean;
}

/** Checks each target at its due times and keeps the verdicts. */
export function createHealthChecks(options: HealthChecksOptions): HealthChecks {
  const { timers, timeScale } = options;
  const probed = new Map<NodeName, Probed>();
  let check: PlannedCheck | null = null;
  let service: FollowedService | null = null;

  const intervalNs = (rule: PlannedCheck) => (rule.intervalMs / timeScale) * nsPerMs;
  const schedule = (entry: Probed, due: Nanoseconds) => {
    entry.cancel = timers.at(due, () => void probe(entry, due));
  };
  const probe = async (entry: Probed, due: Nanoseconds) => {
    if (check === null || service === null) return;
    const rule = check;
    const { generation, target } = entry;
    const port = checkPort(rule.port, service, target);
    const startedAt = timers.now();
    const share = entry.phased ? 1 : options.random();
    entry.phased = true;
    const after = (instant: Nanoseconds) => schedule(entry, instant + share * intervalNs(rule));
    // A check may still be under way when the next one is due: the interval is kept all the same. A process that was held
    // up for more than an interval leaves out what it missed.
    if (options.intervalFrom === 'start') {
      const missed = Math.max(0, Math.floor((startedAt - due) / intervalNs(rule)));
      after(due + missed * intervalNs(rule));
    }
    const result = await performOn(options, rule, service, target);
    if (entry.generation !== generation) return;
    options.onCheck(target.name, due, startedAt, result, port);
    const before = entry.health;
    entry.health = judge(before, result, { ...rule, ejectOn503: options.ejectOn503 });
    if (options.intervalFrom === 'end') after(timers.now());
    if (entry.health.healthy !== before.healthy) {
      options.onVerdict(target.name, entry.health.healthy, result.detail);
    }
  };
  const forget = (entry: Probed) => {
    entry.cancel();
    entry.generation += 1;
  };
  return {
    apply(targets, nextCheck, nextService) {
      const changed = check !== null && !sameCheck(check, service, nextCheck, nextService);
      check = nextCheck;
      service = nextService;
      const names = new Set(targets.map((target) => target.name));
      for (const [name, entry] of probed) {
        if (names.has(name)) continue;
        forget(entry);
        probed.delete(name);
      }
      for (const target of targets) {
        const entry = probed.get(target.name);
        if (entry === undefined) {
          const fresh: Probed = {
            target,
            health: newTarget(options.newTarget, nextCheck),
            cancel: () => {},
            generation: 0,
            phased: options.newTarget === 'healthy',
          };
          probed.set(target.name, fresh);
          // HAProxy src/check.c, start_checks: the first checks of new servers are spread over one interval. Whoever sends
          // nothing to a new target checks it at once.
          const wait = options.newTarget === 'healthy' ? options.random() * intervalNs(nextCheck) : 0;
          schedule(fresh, timers.now() + wait);
        } else {
          entry.target = target;
          if (!changed) continue;
          forget(entry);
          entry.health = recheck(entry.health);
          schedule(entry, timers.now() + options.random() * intervalNs(nextCheck));
        }
      }
    },
    restart() {
      for (const entry of probed.values()) forget(entry);
      probed.clear();
      check = null;
    },
    isHealthy: (node) => probed.get(node)?.health.healthy ?? false,
    stop() {
      for (const entry of probed.values()) forget(entry);
    },
  };
}

/** One check of one target, which a node port that knows of the hello gets first. */
export function performOn(
  options: Pick<HealthChecksOptions, 'timeScale' | 'from' | 'random' | 'perform'>,
  check: Pick<PlannedCheck, 'kind' | 'port' | 'path' | 'timeoutMs' | 'statuses'>,
  service: FollowedService,
  target: Target,
): Promise<CheckResult> {
  const port = checkPort(check.port, service, target);
  if (port === null) return Promise.resolve({ ok: false, detail: 'no-port' });
  return options.perform({
    kind: check.kind,
    host: target.address,
    port: port + target.portOffset,
    path: check.path,
    timeoutMs: check.timeoutMs / options.timeScale,
    from: options.from,
    ...(check.statuses === undefined ? {} : { statuses: check.statuses }),
    hello:
      target.hello && (port === service.nodePort || port === target.podPort)
        ? Math.floor(options.random() * 2 ** 32)
        : null,
  });
}

/** Null if the Service has no such port (a healthCheckNodePort exists under Local only). */
export function checkPort(
  port: PlannedCheck['port'],
  service: FollowedService,
  target?: Pick<Target, 'podPort'>,
): number | null {
  if (port === 'healthz') return healthzPort;
  if (port === 'healthCheckNodePort') return service.healthCheckNodePort;
  if (port === 'nodePort') return service.nodePort;
  if (port === 'pod') return target?.podPort ?? null;
  return port;
}

function sameCheck(
  one: PlannedCheck,
  oneService: FollowedService | null,
  other: PlannedCheck,
  otherService: FollowedService,
): boolean {
  if (oneService === null || oneService.policy !== otherService.policy) return false;
  return (
    checkPort(one.port, oneService) === checkPort(other.port, otherService) &&
    one.kind === other.kind &&
    one.path === other.path &&
    isDeepStrictEqual(one.statuses, other.statuses)
  );
}
