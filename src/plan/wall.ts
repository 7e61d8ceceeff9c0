import { clusters } from '../catalogue/clusters.ts';
import { type FaultTraits, faultTraits } from '../catalogue/faults.ts';
import { isSwitchover, policyTraits } from '../catalogue/policies.ts';
import { switchovers } from '../catalogue/switchovers.ts';
import { evictionMs } from './eviction.ts';
import { followMs } from './flip-time.ts';
import { noticeOf } from './notice.ts';
import { placementOf } from './placement.ts';
import { lifeMs, ownEndMs } from './pods.ts';
import type { Plan, PlannedPlacement, PlannedTrial } from './schema.ts';
import { plannedTargets } from './target.ts';

/** What the whole run should take, by its timers alone. Real seconds; shown before a run and beside its progress. */
export function expectedWallSeconds(plan: Plan): number {
  const trials = plan.trials.reduce((sum, trial) => sum + trialMs(plan, trial), 0);
  const { startSeconds, perTrialSeconds } = clusters[plan.provider];
  const overhead = startSeconds + plan.trials.length * perTrialSeconds;
  return Math.ceil(overhead + trials / plan.timeScale / 1000);
}

/** One trial by its timers, milliseconds of cluster time. */
export function trialMs(plan: Plan, trial: PlannedTrial): number {
  const shape = policyTraits(trial.policy);
  const { initial, final } = {
    initial: plan.edge.checks[shape.initial],
    final: plan.edge.checks[shape.final],
  };
  const streams = plan.load.filter((load) => load.kind === 'streams');
  const settle = plan.edge.reconcileDelayMs + initial.healthyThreshold * initial.intervalMs;
  const observed = injectionMs(plan, trial) + faultMs(plan, trial);
  const longest = Math.max(0, ...streams.map((load) => load.rampMs + load.durationMs));
  // Streams end with the cohort; renewed ones run on from the end of the observation.
  const renewed = Math.max(0, ...streams.map((load) => (load.renew ? load.durationMs : 0)));
  const streamsEnd = Math.max(longest, observed + renewed);
  const readmission =
    plan.fault === null
      ? 0
      : final.healthyThreshold * final.intervalMs + recoveryMs(plan) + plan.stabilityMs / 10;
  return settle + Math.max(observed, streamsEnd) + readmission;
}

/** The time from the first stream's start to the fault (or to when it would be), milliseconds of cluster time. */
export function injectionMs(plan: Plan, trial: PlannedTrial): number {
  const ramp = Math.max(
    0,
    ...plan.load.map((load) => (load.kind === 'streams' ? load.rampMs + load.chunkIntervalMs : 0)),
  );
  const flip = isSwitchover(trial.policy) ? flipMs(plan, trial) : 0;
  const disturbed = isSwitchover(trial.policy) || plan.fault !== null;
  return ramp + (disturbed ? plan.stabilityMs : 0) + flip + (plan.fault?.trigger.afterMs ?? 0);
}

/** Each wait of a switchover is for the balancer's next turn. */
function flipMs({ edge, stabilityMs }: Plan, { policy }: PlannedTrial): number {
  const { final, switchover } = policyTraits(policy);
  const waits = switchover === null ? 0 : switchovers[switchover].waits;
  const check = edge.checks[final];
  return waits * (followMs(edge) + check.unhealthyThreshold * check.intervalMs) + stabilityMs;
}

function faultMs(plan: Plan, trial: PlannedTrial): number {
  const { fault, observe, timers, edge, stabilityMs, load } = plan;
  if (fault === null) return 0;
  const final = edge.checks[policyTraits(trial.policy).final];
  const ejected = final.unhealthyThreshold * final.intervalMs;
  const { losesLease, ownGrace, oneByOne }: FaultTraits = faultTraits[fault.kind];
  const notice = noticeOf(fault);
  const evicted = evictedMs(plan, trial);
  const grace = timers.nodeMonitorGraceMs + timers.nodeMonitorPeriodMs / 2;
  const notReady = losesLease && (observe === 'full' || evicted > 0) ? grace : 0;
  const back = evicted === 0 ? 0 : evicted + final.healthyThreshold * final.intervalMs + stabilityMs;
  // Until the ingress believes a dead app no longer.
  const givenUp = losesLease && plan.ingress.h2c !== undefined ? plan.ingress.h2c.givesUpMs + stabilityMs : 0;
  const stall = Math.max(0, ...load.map((item) => (item.kind === 'streams' ? item.stallMs : 0)));
  const rolled = oneByOne === true ? rolloutMs(plan[fault.pod], plan.ingress) : 0;
  const ending = ownGrace ? Math.max(lifeOf(plan.ingress), plan.app.preStopMs) : 0;
  return (
    rolled +
    (fault.target.withinMs ?? 0) +
    (notice?.ms ?? 0) +
    ending +
    Math.max(ejected + stabilityMs, notReady + back, givenUp, stall)
  );
}

/** Pod after pod: until the new one is ready, and then as long as it has to be. */
const rolloutMs = (pods: PlannedPlacement, { readiness }: Plan['ingress']) =>
  pods.replicas * (pods.startDelayMs + readiness.initialDelayMs + (pods.minReadyMs ?? 0) + 2000);

/** How long an evicted ingress lives on at most. */
const lifeOf = (ingress: Plan['ingress']) =>
  ingress.preStopMs === 0 ? 0 : lifeMs(ingress.preStopMs, ingress.terminationGraceMs, ownEndMs(ingress));

/** Like evictionMs, with the pods where the plan places them. */
function evictedMs(plan: Plan, { repeat }: PlannedTrial): number {
  const targets = plannedTargets(plan)[repeat] ?? [];
  if (targets.length === 0) return 0;
  const on = (part: 'ingress' | 'app') => placementOf(plan.nodes, plan[part]).keys();
  return evictionMs(plan, targets, { ingress: on('ingress'), app: on('app') });
}

/** A node's start takes seconds that no timer of the scenario covers. */
function recoveryMs({ provider, ingress, app }: Plan): number {
  const start = Math.max(ingress.startDelayMs, ingress.readiness.initialDelayMs, app.startDelayMs);
  return clusters[provider].nodeStartMs + start;
}
