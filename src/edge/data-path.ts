import { type NodeName, nsPerMs } from '../base/units.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import { checkFor } from './annotations.ts';
import type { Balancer } from './balancer.ts';
import type { HealthChecks } from './health-checks.ts';
import type { Desired, Target } from './targets.ts';
import type { CheckTimers } from './timers.ts';

interface DataPathOptions {
  readonly preset: PlannedEdge;
  readonly timers: CheckTimers;
  readonly timeScale: number;
  readonly checks: Pick<HealthChecks, 'apply' | 'restart'>;
  readonly balancer: Pick<Balancer, 'apply' | 'verdict' | 'cutAll' | 'addressGone'>;
  /** New connections follow this configuration from now on. */
  onReconcile(desired: Desired): void;
  /** New connections follow this verdict from now on. `eligible`: the node is a target. */
  onHealth(node: NodeName, eligible: boolean, healthy: boolean, reason: string): void;
}

export interface DataPath {
  /** The controller has seen this: does what the preset's controller does about it. */
  apply(desired: Desired): void;
  /** The checks have decided. */
  verdict(node: NodeName, healthy: boolean, reason: string): void;
  /** Whether new connections may go to it. */
  isHealthy(node: NodeName): boolean;
  stop(): void;
}

/**
 * What lies between the controller and the connections: a configuration and a verdict take hold late, or by way of another
 * set of targets, or after a time without any address.
 */
export function createDataPath(options: DataPathOptions): DataPath {
  const { preset, timers, checks, balancer } = options;
  const begins = preset.newTarget === 'healthy';
  let current: Desired | null = null;
  /** What will be, and what its targets are found to be, while it is made. */
  let next: { desired: Desired; health: Map<NodeName, boolean> } | null = null;
  const health = new Map<NodeName, boolean>();
  /** Targets of the very beginning whose first verdict is still to come: it takes hold at once, as if long known. */
  const first = new Set<NodeName>();
  const lingering = new Map<NodeName, { target: Target; cancel: () => void }>();
  const cancels = new Set<() => void>();
  let generation = 0;

  const after = (clusterMs: number, work: () => void): (() => void) => {
    if (clusterMs === 0) {
      work();
      return () => {};
    }
    const due = timers.now() + (clusterMs / options.timeScale) * nsPerMs;
    const cancel = timers.at(due, () => {
      cancels.delete(cancel);
      work();
    });
    cancels.add(cancel);
    return cancel;
  };
  const check = ({ service, targets }: Desired) => {
    if (service !== null) checks.apply(targets, checkFor(preset, service), service);
  };
  const program = () => {
    if (current === null) return;
    const left = [...lingering.values()].map(({ target }) => target);
    balancer.apply({ service: current.service, targets: [...current.targets, ...left] });
  };
  const drop = (name: NodeName) => {
    lingering.delete(name);
    health.delete(name);
    options.onHealth(name, false, false, 'removed');
  };
  const leave = (target: Target) => {
    if (preset.removalDelayMs === 0 || health.get(target.name) !== true) return drop(target.name);
    const cancel = after(preset.removalDelayMs, () => {
      drop(target.name);
      program();
    });
    lingering.set(target.name, { target, cancel });
  };
  /** New connections follow this from now on. `known`: what its targets have been found to be already. */
  const take = (desired: Desired, known?: ReadonlyMap<NodeName, boolean>) => {
    const names = new Set(desired.targets.map(({ name }) => name));
    for (const target of current?.targets ?? []) if (!names.has(target.name)) leave(target);
    for (const name of names) {
      lingering.get(name)?.cancel();
      lingering.delete(name);
      const was = health.get(name);
      const is = known?.get(name) ?? (known === undefined ? was : undefined) ?? begins;
      health.set(name, is);
      if (was === undefined || was !== is)
        options.onHealth(name, true, is, was === undefined ? 'added' : 'initial');
    }
    current = desired;
    program();
    options.onReconcile(desired);
  };
  /** Checks what will be from the beginning; it takes over `clusterMs` later. */
  const replace = (desired: Desired, clusterMs: number, takeOver: () => void) => {
    generation += 1;
    checks.restart();
    const replacement = { desired, health: new Map<NodeName, boolean>() };
    next = replacement;
    check(desired);
    after(clusterMs, () => {
      if (next !== replacement) return; // another change has come in between
      next = null;
      takeOver();
      take(replacement.desired, replacement.health);
    });
  };

  const change = (desired: Desired, flips: boolean) => {
    switch (preset.onFlip) {
      case 'recreate-address':
      case 'restart': {
        if (preset.onFlip === 'recreate-address' && !flips) break;
        balancer.addressGone(true);
        balancer.cutAll(preset.onFlip === 'restart' ? 'reset' : 'silence');
        return replace(desired, preset.addressGoneMs, () => balancer.addressGone(false));
      }
      case 'new-target-group':
        if (!flips) break;
        return replace(desired, preset.groupSwapMs, () => balancer.cutAll('reset'));
      case 'reload':
        return replace(desired, 0, () => {});
      case 'check':
      case 'backend-set':
      case 'nothing':
        break;
    }
    if (next !== null) {
      next.desired = desired; // it is under way: what comes of it is the newer configuration
      return check(desired);
    }
    check(desired);
    take(desired);
  };
  return {
    apply(desired) {
      if (current === null) {
        for (const { name } of desired.targets) first.add(name);
        check(desired);
        return take(desired);
      }
      first.clear();
      const latest = next?.desired ?? current;
      const flips = latest.service !== null && latest.service.policy !== desired.service?.policy;
      change(desired, flips && desired.service !== null);
    },
    verdict(node, healthy, reason) {
      const decidedIn = generation;
      after(first.delete(node) ? 0 : preset.verdictDelayMs, () => {
        if (decidedIn !== generation) return; // of targets that are no more
        if (next !== null) return void next.health.set(node, healthy);
        if (!health.has(node)) return;
        health.set(node, healthy);
        options.onHealth(node, true, healthy, reason);
        balancer.verdict(node, healthy);
      });
    },
    isHealthy: (node) => health.get(node) ?? false,
    stop() {
      for (const cancel of cancels) cancel();
    },
  };
}
