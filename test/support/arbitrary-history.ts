import fc from 'fast-check';
import { connectResults } from '../../src/base/connections.ts';
import { outcomes } from '../../src/catalogue/outcomes.ts';
import type { HistoryEvent } from '../../src/history/schema.ts';
import { type HistoryBuilder, history, nodeNames, type RequestOptions } from './history.ts';
import { basicPlan } from './plan.ts';

/*
 * Histories as a run could have written them, though hardly in such company: any mixture of outcomes, paths, faults,
 * verdicts and lateness. Instants are whole milliseconds; within a trial nothing is said before it begins or after it ends.
 */

const trialMs = 60_000;
const settledMs = 20;
const instant = fc.integer({ min: settledMs, max: trialMs - 2 * settledMs });
const node = fc.constantFrom(...nodeNames);
const maybeNode = fc.option(node, { freq: 5 });

/** A fault of this machine spoils the whole trial: it comes by way of `unfinished`, and seldom. */
const anyOutcome = fc.constantFrom(...outcomes.filter((one) => one !== 'local-error'));

/** A request's instants in their order, and only such bytes as its outcome can have had. */
const request: fc.Arbitrary<RequestOptions> = fc
  .record({
    instants: fc.array(instant, { minLength: 4, maxLength: 4 }),
    outcome: anyOutcome,
    answered: fc.boolean(),
    silence: fc.integer({ min: 0, max: 20_000 }),
    transit: maybeNode,
    ingress: maybeNode,
    endpoint: maybeNode,
    source: fc.constantFrom('10.0.0.1', '10.0.0.9', null),
    connect: fc.constantFrom(...connectResults),
    connectMs: fc.integer({ min: 0, max: 30_000 }),
    close: fc.boolean(),
    unfinished: fc.nat({ max: 99 }).map((one) => one === 0),
  })
  .map(({ instants, outcome, answered, ...rest }) => {
    const [from = 0, firstByte = 0, lastByte = 0, to = 0] = instants.toSorted((a, b) => a - b);
    const bytes = outcome === 'completed' || answered;
    // No request is over sooner than a line can be late.
    const end = Math.max(to, from + settledMs);
    return { ...rest, outcome, from, to: end, ...(bytes ? { firstByte, lastByte } : { firstByte: null }) };
  });

type Step = (builder: HistoryBuilder, base: number) => unknown;

const shifted = (options: RequestOptions, base: number): RequestOptions => {
  const { from, to, firstByte, lastByte } = options;
  return {
    ...options,
    from: from + base,
    to: to + base,
    connectedAt: from + base + 1,
    firstByte: firstByte == null ? null : firstByte + base,
    ...(lastByte === undefined ? {} : { lastByte: lastByte + base }),
  };
};

const stream: fc.Arbitrary<Step> = request.map(
  (options) => (builder, base) => builder.stream(shifted(options, base)),
);

const loggedStream: fc.Arbitrary<Step> = fc
  .tuple(request, node, fc.uuid())
  .map(([options, on, id]) => (builder, base) => {
    const { from, to } = options;
    return builder.stream({ ...shifted(options, base), id }).logged(base + Math.min(to, from + 15), id, on);
  });

/** Probes of one lane, some of which fail. */
const probes: fc.Arbitrary<Step> = fc
  .record({
    lane: fc.constantFrom('new' as const, 'reused' as const),
    span: fc.tuple(instant, instant),
    bad: fc.tuple(instant, instant),
    every: fc.integer({ min: 200, max: 2000 }),
    outcome: anyOutcome,
    transit: maybeNode,
  })
  .map(({ lane, span, bad, every, outcome, transit }) => (builder, base) => {
    const [from, to] = [Math.min(...span), Math.min(Math.max(...span), trialMs - 1000)];
    const [badFrom, badTo] = [Math.min(...bad), Math.max(...bad)];
    return builder.probes({
      lane,
      from: base + from,
      to: base + to,
      every,
      fails: (due) => due >= base + badFrom && due < base + badTo && { outcome, transit },
    });
  });

const said: fc.Arbitrary<Step> = fc
  .tuple(instant, node, fc.integer({ min: 0, max: 5 }), fc.array(node, { maxLength: 3 }))
  .map(([at, on, which, nodes]) => (builder, base) => {
    const steps: (() => unknown)[] = [
      () => builder.ejected(base + at, on),
      () => builder.green(base + at, on),
      () => builder.ready(base + at, on, 'Unknown'),
      () => builder.ready(base + at, on, 'True'),
      () => builder.endpoints(base + at, 'ingress', nodes),
      () => builder.endpoints(base + at, 'app', nodes),
    ];
    return steps[which]?.();
  });

const late: fc.Arbitrary<Step> = fc
  .tuple(instant, fc.constantFrom('probe', 'slow', 'edge'), fc.integer({ min: 1, max: 3000 }))
  .map(
    ([at, instrument, maxMs]) =>
      (builder, base) =>
        builder.late(base + at, instrument, { maxMs }),
  );

const step = fc.oneof(
  { arbitrary: stream, weight: 6 },
  { arbitrary: loggedStream, weight: 2 },
  { arbitrary: probes, weight: 3 },
  { arbitrary: said, weight: 3 },
  { arbitrary: late, weight: 1 },
);

const fault = fc.record({
  kind: fc.constantFrom('power-off', 'unplug', 'preempt', 'drain', 'pod-kill'),
  node,
});

const trial = fc.record({
  policy: fc.constantFrom('Cluster', 'Local', 'Cluster->Local', 'Local->Cluster'),
  fault: fc.option(fault, { freq: 3 }),
  pod: fc.constantFrom('ingress', 'app'),
  // Flip, fault and recovery.
  instants: fc.uniqueArray(instant, { minLength: 3, maxLength: 3 }),
  recovers: fc.boolean(),
  steps: fc.array(step, { maxLength: 12 }),
  outcome: fc.oneof(
    { arbitrary: fc.constant('completed' as const), weight: 9 },
    { arbitrary: fc.constantFrom('aborted', 'interrupted', 'failed'), weight: 1 },
  ),
});

const expectations = fc.subarray(
  [
    ['lost', '>= 0'],
    ['lost.transit', '>= 0'],
    ['failover', '>= 0s'],
    ['predictedMatches', true],
    ['sourceAddress', 'kept'],
    ['lost', 0, 'Local'],
  ] as const,
  { minLength: 0 },
);

/** One to three trials, from the header to the last line. */
export const arbitraryHistory: fc.Arbitrary<{ readonly events: HistoryEvent[] }> = fc
  .record({
    timeScale: fc.constantFrom(1, 1, 10),
    mode: fc.constantFrom('passthrough', 'proxy'),
    ingressKind: fc.constantFrom('model', 'traefik'),
    expect: expectations,
    trials: fc.array(trial, { minLength: 1, maxLength: 3 }),
  })
  .map(({ timeScale, mode, ingressKind, expect, trials }) => {
    const edge = { ...basicPlan.edge, mode };
    const builder = history({ plan: { timeScale, edge }, topology: { ingressKind }, expect });
    trials.forEach(({ policy, fault: hit, pod, instants, recovers, steps, outcome }, index) => {
      const base = 1000 + index * (trialMs + 1000);
      const [flipAt = 0, faultAt = 0, recoverAt = 0] = instants.toSorted((a, b) => a - b);
      const withPod = hit?.kind === 'pod-kill' ? { ...hit, pod } : hit;
      builder.trial(base, { policy, repeat: index, ...(withPod === null ? {} : { fault: withPod }) });
      builder.phase(base + 1, 'prepare');
      if (policy.includes('->')) builder.flip(base + flipAt);
      if (hit !== null) builder.fault(base + faultAt);
      if (hit !== null && recovers) builder.recover(base + recoverAt);
      for (const one of steps) one(builder, base);
      builder.endTrial(base + trialMs, { outcome });
    });
    return { events: builder.finish(1000 + trials.length * (trialMs + 1000)).events() };
  });
