import type { KubeConfig } from '@kubernetes/client-node';
import type { WallClock } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { abortController, abortsAfter, abortsWith } from '../../base/signals.ts';
import type { Milliseconds } from '../../base/units.ts';
import type { TrafficPolicy } from '../../catalogue/policies.ts';
import type { SwitchoverName } from '../../catalogue/switchovers.ts';
import { apiWorld } from '../../changes/api-world.ts';
import type { ChangeLog, Unwound } from '../../changes/change-log.ts';
import { followMs, turnsMs } from '../../plan/flip-time.ts';
import type { PlannedEdge } from '../../plan/schema.ts';
import type { BalancerSight } from '../../policies/index.ts';
import { takeClusterLease } from '../lease.ts';
import { type FlippedService, flipContext } from './context.ts';
import { followService } from './follow.ts';
import { flipSteps } from './plan.ts';
import { inferredSight } from './sight.ts';
import { type FlipParts, rollBack, takeSteps } from './steps.ts';

export interface FlipOptions {
  readonly kubeConfig: KubeConfig;
  readonly service: FlippedService;
  readonly edge: PlannedEdge;
  readonly final: TrafficPolicy;
  readonly strategy: SwitchoverName;
  readonly changes: ChangeLog;
  readonly clock: WallClock;
  readonly stabilityMs: Milliseconds;
  /** Open connections through nodes that are excluded, if they are waited for, and for how long at most (real ms). */
  readonly established?: { readonly of: BalancerSight['openConnections']; readonly limitMs: Milliseconds };
  say(text: string): void;
}

/** A cluster that this process holds, while one policy is changed in it. */
interface OpenFlip {
  /** Takes all steps. What `stop` aborts is rolled back, and so is a step without evidence; then it rejects. */
  take(stop: AbortSignal, urgent: AbortSignal, wellSince: FlipParts['wellSince']): Promise<void>;
  /** What could not be rolled back. */
  readonly failed: readonly Unwound[];
  /** Gives the cluster back. What was changed stays if all steps were taken. */
  close(): Promise<void>;
}

/** Allowance for the API and for us, over all timers of the balancer. */
const slackMs = 30_000;

/**
 * Takes the Lease, so that no other midflight changes the cluster, and begins to follow it. Throws `cluster-failed` with the
 * holder if somebody has it.
 */
export async function openFlip(options: FlipOptions): Promise<OpenFlip> {
  const { kubeConfig, service, edge, final, strategy, changes, clock, stabilityMs, established, say } =
    options;
  const world = apiWorld(kubeConfig)(abortController().signal);
  // If a flip is completed after its process died, the changes of that one belong to this one too.
  const inherited = changes.open > 0;
  const lease = await takeClusterLease(changes, world.coordination());
  const lost = abortController();
  void lease.lost.then((error) => lost.abort(error));
  const sight = inferredSight(edge, clock.now, established?.of);
  const followed = followService(kubeConfig, service, sight, (error) =>
    say(`the cluster could not be followed for a moment: ${error instanceof Error ? error.message : error}`),
  );
  await followed.ready;
  const { of, answering } = followed.asked();
  say(
    answering === of
      ? `all ${of} nodes answer what the balancer asks them: its verdicts are inferred from their answers and its timers`
      : `${answering} of ${of} nodes answer what the balancer asks them; the others' answers are inferred from the API`,
  );
  const context = flipContext({
    core: world.core(),
    apps: world.apps(),
    service,
    edge,
    final,
    changes,
    balancer: sight,
    readyNodes: followed.readyNodes,
    isLost: followed.isLost,
    clock,
    stabilityMs,
    awaitEstablished: established !== undefined,
  });
  const steps = flipSteps({ service, edge, final }, strategy);
  const failed: Unwound[] = [];
  const start = inherited ? 0 : changes.mark();
  return {
    failed,
    async take(stop, urgent, wellSince) {
      const marks: number[] = inherited ? [0] : [];
      const parts: FlipParts = {
        steps,
        context,
        changes,
        balancer: sight,
        clock,
        stepLimitMs: stepLimitMs(edge, stabilityMs) + (established?.limitMs ?? 0),
        wellSince,
        say,
      };
      try {
        await takeSteps(parts, marks, abortsWith(stop, lost.signal));
        changes.keep(start);
      } catch (error) {
        say(`stopped: ${error instanceof Error ? error.message : error}`);
        const unwound = await rollBack(parts, marks, urgent);
        failed.push(...unwound.filter(({ result }) => result === 'failed'));
        say(
          failed.length === 0
            ? 'rolled back: the Service and the nodes are as before'
            : 'not all could be rolled back',
        );
        throw error;
      }
    },
    async close() {
      followed.stop();
      await lease.release();
      if (changes.open > 0 && failed.length === 0) await changes.unwind(lease.mark, abortsAfter(60_000));
      changes.close();
    },
  };
}

/** The longest that one step may take by every timer that it may wait for, each taken twice (see sight.ts). */
const stepLimitMs = (edge: PlannedEdge, stabilityMs: Milliseconds): Milliseconds =>
  2 * (followMs(edge) + edge.removalDelayMs) +
  2 * Math.max(turnsMs(edge, 'Cluster'), turnsMs(edge, 'Local')) +
  3 * stabilityMs +
  slackMs;

/** Throws `cluster-failed`: a dead flip's changes are still there. */
export function refuseUnfinished(what: string): never {
  throw new MidflightError('cluster-failed', `${what} was killed and has left changes on this cluster`, {
    hint: 'midflight clean undoes them, midflight clean --finish completes the flip; --dry-run says what they are',
  });
}
