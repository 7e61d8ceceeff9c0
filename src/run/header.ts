import { randomBytes } from 'node:crypto';
import { cpus, platform, totalmem } from 'node:os';
import type { WallClock } from '../base/clock.ts';
import { packageVersion } from '../base/package.ts';
import { type EventOf, historyVersion } from '../history/schema.ts';
import type { AnyPlan } from '../plan/schema.ts';

/** The first line of a history: what is to be done, by what, on which machine. */
export function headerOf(
  plan: AnyPlan,
  versions: Record<string, string>,
  clock: WallClock,
  runId = runIdOf(plan),
): EventOf<'header'> {
  return {
    type: 'header',
    version: historyVersion,
    midflightVersion: packageVersion(),
    runId,
    t: clock.now(),
    wallTime: clock.wall().toISOString(),
    provider: plan.provider,
    plan,
    versions,
    machine: { platform: platform(), cpus: cpus().length, memoryBytes: totalmem(), node: process.version },
  };
}

/** A name for one run: the experiment's, and what distinguishes it from others of the same. */
export const runIdOf = (plan: Pick<AnyPlan, 'experiment'>): string =>
  `${plan.experiment}-${randomBytes(4).toString('hex')}`;
