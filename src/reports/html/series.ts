import type { Lane } from '../../base/connections.ts';
import { type Nanoseconds, nsPerMs } from '../../base/units.ts';
import { isLost } from '../../catalogue/outcomes.ts';
import { meaningOf } from '../../history/meaning.ts';
import type { EventOf, FaultMeaning, HistoryEvent, Outcome } from '../../history/schema.ts';
import { shortened } from '../figures.ts';

/** What the charts of one trial are drawn from. Times are seconds of cluster time since the trial's start. */
export interface TrialSeries {
  readonly index: number;
  end: number;
  /** All streams, or if there are too many, an even choice of those lost and of the others. */
  readonly streams: readonly StreamBar[];
  readonly streamsSeen: number;
  /** Probes of each lane by seconds. */
  readonly probes: readonly ProbeBin[];
  /** What the edge held of each node. */
  readonly board: readonly NodeSpan[];
  readonly marks: readonly Mark[];
  readonly phases: readonly { readonly phase: string; readonly from: number; to: number }[];
}

export interface StreamBar {
  readonly from: number;
  /** When its last byte came: from here to its end it only waited. */
  readonly heard: number;
  readonly to: number;
  readonly outcome: Outcome;
}
interface ProbeBin {
  readonly lane: Lane;
  readonly second: number;
  /** How many seconds it covers: more than one in a long trial. */
  readonly seconds: number;
  ok: number;
  failed: number;
}
export interface NodeSpan {
  readonly node: string;
  readonly state: 'green' | 'red' | 'not eligible';
  readonly from: number;
  to: number;
}
export interface Mark {
  readonly at: number;
  readonly kind: 'flip' | 'fault' | 'notice' | 'step' | 'command' | 'recover' | 'clock';
  readonly label: string;
}

/** Bars that one trial may have, so that a page stays small whatever the load. */
const lostLimit = 250;
const otherLimit = 150;
const binLimit = 400;

/** Takes the events of a history in their order; memory is bounded by the limits above. */
interface SeriesReader {
  /** `request`: the start of the request that the event ends, as the analysis of the same history knows it. */
  take(event: HistoryEvent, request: EventOf<'start'> | null): void;
  /** Once, after the last. */
  close(): TrialSeries[];
}

export function seriesReader(): SeriesReader {
  const all: TrialSeries[] = [];
  let scale = 1;
  let current: ReturnType<typeof trialSeries> | null = null;
  const health = new Map<string, NodeSpan['state']>();
  return {
    take(event, request) {
      if (event.type === 'header') scale = event.plan.timeScale;
      if (event.type === 'topology') health.clear();
      if (event.type === 'health') health.set(event.node, stateOf(event));
      if (event.type === 'trial-start') current = trialSeries(event, scale, health);
      current?.take(event, request);
      if (event.type === 'trial-end' && current !== null) {
        all.push(current.close());
        current = null;
      }
    },
    close() {
      if (current !== null) all.push(current.close());
      current = null;
      return all;
    },
  };
}

/** What is done after a notice has a word of its own. */
const wordOf = ({ kind, name }: EventOf<'disturbance'>, fault: FaultMeaning | null) =>
  shortened((kind === 'fault' ? fault?.afterNotice : null) ?? name, 40);

const stateOf = ({ eligible, healthy }: EventOf<'health'>): NodeSpan['state'] =>
  eligible ? (healthy ? 'green' : 'red') : 'not eligible';

function trialSeries(
  start: EventOf<'trial-start'>,
  scale: number,
  health: ReadonlyMap<string, NodeSpan['state']>,
) {
  const { fault } = meaningOf(start);
  const at = (t: Nanoseconds) => Math.round(((t - start.t) * scale) / nsPerMs) / 1000;
  // Apart: of two kinds in turn every second would be of one kind.
  const lost = sample<StreamBar>(lostLimit);
  const others = sample<StreamBar>(otherLimit);
  const bins = new Map<string, ProbeBin>();
  const board: NodeSpan[] = [...health].map(([node, state]) => ({ node, state, from: 0, to: 0 }));
  const marks: Mark[] = [];
  const phases: { phase: string; from: number; to: number }[] = [];
  let last = start.t;
  let seen = 0;

  const stream = (begin: EventOf<'start'>, end: EventOf<'end'>) => {
    seen += 1;
    const to = at(end.t);
    const heard = end.outcome === 'hung' && end.lastByteAt !== null ? Math.min(to, at(end.lastByteAt)) : to;
    const bar = { from: at(begin.t), heard, to, outcome: end.outcome };
    (isLost(end.outcome) ? lost : others).add(bar);
  };
  const probe = (begin: EventOf<'start'>, end: EventOf<'end'>) => {
    if (end.outcome === 'cancelled') return;
    const lane = begin.lane ?? 'new';
    const second = Math.floor(at(begin.dueAt));
    const key = `${lane} ${second}`;
    const bin = bins.get(key) ?? { lane, second, seconds: 1, ok: 0, failed: 0 };
    bins.set(key, bin);
    if (end.outcome === 'completed') bin.ok += 1;
    else bin.failed += 1;
  };
  return {
    take(event: HistoryEvent, request: EventOf<'start'> | null) {
      if (event.t > last) last = event.t;
      switch (event.type) {
        case 'end':
          if (request?.kind === 'probe') probe(request, event);
          else if (request?.kind === 'stream') stream(request, event);
          return;
        case 'health': {
          const before = board.findLast(({ node }) => node === event.node);
          if (before !== undefined) before.to = at(event.t);
          board.push({ node: event.node, state: stateOf(event), from: at(event.t), to: at(event.t) });
          return;
        }
        case 'phase': {
          const before = phases.at(-1);
          if (before !== undefined) before.to = at(event.t);
          phases.push({ phase: event.phase, from: at(event.t), to: at(event.t) });
          return;
        }
        case 'disturbance':
          if (event.at === 'begin') {
            marks.push({
              at: at(event.t),
              kind: event.kind,
              label: [event.kind === 'notice' ? 'notice of' : '', wordOf(event, fault), event.node ?? '']
                .filter(Boolean)
                .join(' '),
            });
          } else if (event.at === 'recover') {
            marks.push({
              at: at(event.t),
              kind: 'recover',
              label: `${event.node ?? ''} is brought back`.trim(),
            });
          }
          return;
      }
    },
    close(): TrialSeries {
      const end = at(last);
      const latest = new Map(board.map((span) => [span.node, span]));
      for (const span of latest.values()) span.to = end;
      const lastPhase = phases.at(-1);
      if (lastPhase !== undefined) lastPhase.to = end;
      const bars = [...lost.items(), ...others.items()].sort((a, b) => a.from - b.from || a.to - b.to);
      return {
        index: start.trial,
        end,
        streams: bars,
        streamsSeen: seen,
        probes: coarser([...bins.values()].sort((a, b) => a.second - b.second)),
        board: board.filter(({ from, to }) => to > from),
        marks,
        phases,
      };
    },
  };
}

/** Bins of several seconds if there would be too many of one. They are in the order of their seconds. */
function coarser(bins: readonly ProbeBin[]): ProbeBin[] {
  const seconds = Math.ceil(((bins.at(-1)?.second ?? 0) + 1) / binLimit);
  if (seconds <= 1) return [...bins];
  const merged = new Map<string, ProbeBin>();
  for (const { lane, second, ok, failed } of bins) {
    const first = Math.floor(second / seconds) * seconds;
    const key = `${lane} ${first}`;
    const bin = merged.get(key) ?? { lane, second: first, seconds, ok: 0, failed: 0 };
    merged.set(key, bin);
    bin.ok += ok;
    bin.failed += failed;
  }
  return [...merged.values()];
}

/** Every n-th of many, n doubling when there are too many: even over time, and the same for the same history. */
function sample<T>(limit: number) {
  let kept: T[] = [];
  let step = 1;
  let count = 0;
  return {
    add(item: T) {
      if (count % step === 0) kept.push(item);
      count += 1;
      if (kept.length <= limit) return;
      kept = kept.filter((_, index) => index % 2 === 0);
      step *= 2;
    },
    items: () => kept,
  };
}
