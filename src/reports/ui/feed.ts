import { ofPart, readyPods } from '../../analysis/build/placement.ts';
import { services } from '../../analysis/fold/services.ts';
import type { WorkloadPart } from '../../analysis/records.ts';
import { monotonic } from '../../base/clock.ts';
import type { Message } from '../../base/role.ts';
import { type Nanoseconds, nsPerMs, nsPerSecond } from '../../base/units.ts';
import type { Wait } from '../../base/wait.ts';
import type { EventOf, HistoryEvent } from '../../history/schema.ts';
import type { AnyPlan } from '../../plan/schema.ts';
import { policyLabel } from '../figures.ts';
import { liveState, recentProbes, sum, takeEvent, takeProgress } from '../live-state.ts';
import { phaseWords } from '../live-words.ts';

/*
 * What the page of --ui shows at one instant. One more reader of the run's events; the page draws it and keeps nothing else.
 */

interface UiNode {
  readonly name: string;
  /** The node's state as the balancer holds it. */
  readonly health: 'green' | 'red' | 'unknown';
  /** What the fault did to it, in a word; null: nothing. */
  readonly hit: string | null;
  /** Nothing on it answers any more. */
  readonly down: boolean;
  readonly ingress: number;
  readonly app: number;
  /** Connections that the balancer sent to it in this trial. */
  readonly carried: number;
}

/** A connection on its way; `at`: the place of its node among the nodes, -1 if the balancer had none for it. */
type UiDot = readonly [connection: number, at: number, lost: 0 | 1];

export interface UiFrame {
  readonly experiment: string;
  /** `trial 2 of 3 · Local`; what is being done outside the trials. */
  readonly headline: string;
  readonly phase: string | null;
  /** What is waited for, and for how many more seconds of real time at most. */
  readonly wait: { readonly what: string; readonly seconds: number } | null;
  readonly streams: { readonly inFlight: number; readonly completed: number; readonly lost: number };
  readonly newRequests: { readonly sent: number; readonly failed: number };
  readonly nodes: readonly UiNode[];
  readonly dots: readonly UiDot[];
  /** Connections that are open and not drawn. */
  readonly more: number;
  readonly over: boolean;
}

export interface UiFeed {
  event(event: HistoryEvent): void;
  progress(load: string, message: Message): void;
  wait(wait: Wait | null): void;
  end(): void;
  frame(): UiFrame;
}

interface Dot {
  readonly client: string;
  readonly node: string | null;
  readonly openedAt: Nanoseconds;
  lostAt: Nanoseconds | null;
}

/** More than these could not be distinguished. */
const mostDots = 300;
/** A request that is answered sooner is a probe's, and would only flicker. Real time. */
const shortNs = 250 * nsPerMs;
/** How long a lost one stays in view. */
const lostNs = 3000 * nsPerMs;

/** `now`: of the monotonic clock. */
export function uiFeed(plan: AnyPlan, now: () => Nanoseconds = monotonic.now): UiFeed {
  const state = liveState(plan);
  const probes = new Set<string>();
  const dots = new Map<number, Dot>();
  const byClient = new Map<string, number>();
  const carried = new Map<string, number>();
  const pods = new Map<string, EventOf<'endpoints'>['endpoints']>();
  const known = services();
  known.begin(plan);
  let awaited: { readonly what: string; readonly until: Nanoseconds } | null = null;
  let over = false;

  const forget = (connection: number) => {
    const dot = dots.get(connection);
    if (dot !== undefined && byClient.get(dot.client) === connection) byClient.delete(dot.client);
    dots.delete(connection);
  };
  const sent = (number: number, { client, node, t }: EventOf<'edge-open'> | EventOf<'edge-request'>) => {
    dots.set(number, { client, node, openedAt: t, lostAt: null });
    byClient.set(client, number);
    if (node !== null) carried.set(node, (carried.get(node) ?? 0) + 1);
  };
  /** One that was lost stays in view for a while. */
  const left = (number: number) => {
    if (dots.get(number)?.lostAt === null) forget(number);
  };
  const take = (event: HistoryEvent) => {
    switch (event.type) {
      case 'trial-start':
        dots.clear();
        byClient.clear();
        carried.clear();
        break;
      case 'service':
        known.take(event);
        break;
      case 'endpoints':
        pods.set(event.service, event.endpoints);
        break;
      case 'edge-open':
        if (event.http !== true) sent(event.conn, event); // an HTTP balancer's requests are drawn
        break;
      case 'edge-request':
        sent(event.request, event);
        break;
      case 'edge-close':
        // The connections of an HTTP balancer are not drawn, and its requests have numbers of their own.
        if (event.node !== null || byClient.get(event.client) === event.conn) left(event.conn);
        break;
      case 'edge-response':
        left(event.request);
        break;
      case 'end': {
        const connection = event.local === null ? undefined : byClient.get(event.local);
        const dot = connection === undefined ? undefined : dots.get(connection);
        if (connection === undefined || dot === undefined) break;
        if (event.outcome === 'completed' || event.outcome === 'cancelled') forget(connection);
        else dot.lostAt = event.t;
        break;
      }
    }
  };
  const ready = (part: WorkloadPart) => readyPods(ofPart(pods, part, known.record));

  return {
    event(event) {
      takeEvent(state, event, probes);
      take(event);
    },
    progress: (load, message) => takeProgress(state, load, message),
    wait(wait) {
      awaited = wait === null ? null : { what: wait.what, until: now() + wait.limitMs * nsPerMs };
    },
    end() {
      over = true;
    },
    frame() {
      for (const [connection, { lostAt }] of dots)
        if (lostAt !== null && lostAt < state.now - lostNs) forget(connection);
      const names = [...state.nodes.keys()];
      const [ingress, app] = [ready('ingress'), ready('app')];
      const shown = [...dots].filter(([, dot]) => dot.lostAt !== null || state.now - dot.openedAt >= shortNs);
      const { trial, hit } = state;
      const recent = recentProbes(state);
      return {
        experiment: plan.experiment,
        headline:
          trial === null
            ? state.status
            : `trial ${trial.number} of ${plan.trials.length} · ${policyLabel(trial.policy)}`,
        phase: state.phase === null ? null : phaseWords[state.phase],
        wait:
          awaited === null
            ? null
            : { what: awaited.what, seconds: Math.max(0, Math.ceil((awaited.until - now()) / nsPerSecond)) },
        streams: {
          inFlight: sum(state, 'inFlight'),
          completed: sum(state, 'completed'),
          lost: sum(state, 'lost'),
        },
        newRequests: { sent: recent.all, failed: recent.failed },
        nodes: [...state.nodes].map(([name, health]) => ({
          name,
          health,
          hit: hit?.node === name ? hit.word : null,
          down: hit?.node === name && hit.down,
          ingress: ingress.get(name) ?? 0,
          app: app.get(name) ?? 0,
          carried: carried.get(name) ?? 0,
        })),
        dots: shown
          .slice(0, mostDots)
          .map(([connection, { node, lostAt }]) => [
            connection,
            node === null ? -1 : names.indexOf(node),
            lostAt === null ? 0 : 1,
          ]),
        more: Math.max(0, shown.length - mostDots),
        over,
      };
    },
  };
}
