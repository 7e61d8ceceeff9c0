import { median } from 'simple-statistics';
import type { DisturbanceReport, Report, TrialReport } from '../src/analysis/schema.ts';
import { wilson } from '../src/analysis/wilson.ts';
import { type ClockName, clockNames } from '../src/catalogue/clocks.ts';

/** Why a figure may differ between the two clusters. */
export interface FidelityNote {
  readonly figures: readonly Figure[];
  /** Only in these experiments, or under these columns (`Cluster`, `Cluster->Local, flip`); left out: in all. */
  readonly experiments?: readonly string[];
  readonly columns?: readonly string[];
  readonly why: string;
}

type Figure = 'lost' | 'failingShare' | 'sourceAddress' | ClockName;

/** A run: its report, and how long after its beginning the first request was sent. */
export interface Measured {
  readonly report: Report;
  readonly firstLoadSeconds: number;
}

interface Pair {
  readonly embedded: Measured;
  readonly kind: Measured;
}

/** One figure of one cluster. `hits` of `tries` for a share; `resolution` in seconds for a clock. */
interface Value {
  readonly text: string;
  readonly number: number | null;
  readonly hits?: number;
  readonly tries?: number;
  readonly resolution?: number;
}

interface Column {
  readonly title: string;
  readonly values: ReadonlyMap<Figure, Value>;
}

const chance = 'chance alone may do this: the 95 % intervals of both shares overlap';
const names: Record<Figure, string> = {
  lost: 'streams lost',
  failingShare: 'new connections failing until failover',
  sourceAddress: 'client address',
  edgeEjected: 'edge ejected the node',
  nodeNotReady: 'node NotReady',
  endpointsRemoved: 'endpoints removed',
  firstFailedProbe: 'first failed probe',
  lastFailedProbe: 'last failed probe',
  failover: 'failover',
  disruption: 'disruption',
  failoverReused: 'failover, kept connections',
  longestSilence: 'longest silence of a stream',
  nodeReadmitted: 'node readmitted',
};

/** A table for each experiment, `embedded / kind` in each cell; what differs is marked, and explained below. */
export function fidelityTables(
  pairs: readonly Pair[],
  notes: readonly FidelityNote[],
): { markdown: string; unexplained: string[] } {
  const used: string[] = [];
  const unexplained: string[] = [];
  const mark = (why: string) => {
    if (!used.includes(why)) used.push(why);
    return ` (${letter(used.indexOf(why))})`;
  };
  const tables = pairs.map(({ embedded, kind }) => {
    const { experiment } = kind.report;
    const [ours, theirs] = [columnsOf(embedded.report), columnsOf(kind.report)];
    const cell = (figure: Figure, index: number) => {
      const column = theirs[index];
      const [a, b] = [ours[index]?.values.get(figure), column?.values.get(figure)];
      if (a === undefined || b === undefined) return '';
      const text = a.text === b.text && a.number === null ? a.text : `${a.text} / ${b.text}`;
      if (!differs(a, b)) return text;
      if (overlap(a, b)) return text + mark(chance);
      const note = notes.find((one) => applies(one, figure, experiment, column?.title ?? ''));
      if (note !== undefined) return text + mark(note.why);
      unexplained.push(`${experiment}, ${column?.title}, ${names[figure]}: ${text}`);
      return `${text} (!)`;
    };
    const rows = (Object.keys(names) as Figure[])
      .map((figure) => [names[figure], ...theirs.map((_, index) => cell(figure, index))])
      .filter(([, ...cells]) => cells.some((text) => text !== '' && text !== '-'));
    const head = ['embedded / kind', ...theirs.map(({ title }) => title)];
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
    return [
      `### ${experiment}`,
      '',
      `${heading(embedded)}; ${heading(kind)}.`,
      '',
      line(head),
      line(head.map(() => '---')),
      ...rows.map(line),
      '',
    ].join('\n');
  });
  const legend = used.map((why, index) => `- (${letter(index)}) ${why}`).join('\n');
  return { markdown: `${tables.join('\n')}\n${legend}\n`, unexplained };
}

const letter = (index: number) => String.fromCharCode(97 + index);

function heading({ report, firstLoadSeconds }: Measured): string {
  const { provider, verdict, trials, wallSeconds, timeScale } = report;
  const pace = timeScale === 1 ? '' : `, time ${timeScale} times faster`;
  const first = `first load after ${firstLoadSeconds.toFixed(0)} s`;
  return `${provider}: ${verdict}, ${trials.length} trials in ${wallSeconds.toFixed(0)} s (${first}${pace})`;
}

const applies = (note: FidelityNote, figure: Figure, experiment: string, column: string) =>
  note.figures.includes(figure) &&
  (note.experiments?.includes(experiment) ?? true) &&
  (note.columns?.includes(column) ?? true);

/** Over 2 s, or over 20 % and more than both figures' resolutions together. */
function differs(a: Value, b: Value): boolean {
  if (a.number === null || b.number === null) return a.text !== b.text;
  const gap = Math.abs(a.number - b.number);
  const relative = gap > 0.2 * Math.max(Math.abs(a.number), Math.abs(b.number));
  if (a.tries !== undefined) return relative;
  return gap > 2 || (relative && gap > (a.resolution ?? 0) + (b.resolution ?? 0));
}

function overlap(a: Value, b: Value): boolean {
  if (a.tries === undefined || b.tries === undefined) return false;
  const [first, second] = [wilson(a.hits ?? 0, a.tries), wilson(b.hits ?? 0, b.tries)];
  return first !== null && second !== null && first.low <= second.high && second.low <= first.high;
}

/** One column for each policy and disturbance, over the repeats. */
function columnsOf({ trials }: Report): Column[] {
  return [...new Set(trials.map(({ policy }) => policy))].flatMap((policy) => {
    const own = trials.filter((trial) => trial.policy === policy);
    const kinds = own[0]?.disturbances.map(({ kind }) => kind) ?? [];
    if (kinds.length === 0) return [{ title: `${policy}`, values: quietValues(own) }];
    return kinds.map((kind, index) => ({
      title: kinds.length === 1 ? `${policy}` : `${policy}, ${kind}`,
      values: disturbedValues(
        own,
        own.flatMap(({ disturbances }) => disturbances.slice(index, index + 1)),
      ),
    }));
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

function share(hits: number, tries: number): Value {
  const number = tries === 0 ? null : hits / tries;
  return {
    text: number === null ? '-' : `${(number * 100).toFixed(0)} % (${hits} of ${tries})`,
    number,
    hits,
    tries,
  };
}

function addressOf(trials: readonly TrialReport[]): Value {
  return { text: [...new Set(trials.map((trial) => trial.sourceAddress ?? '-'))].join(', '), number: null };
}

/** Where nothing was disturbed: what was lost and failed all the same. */
function quietValues(trials: readonly TrialReport[]): Map<Figure, Value> {
  const probes = trials.flatMap((trial) => (trial.probes.new === null ? [] : [trial.probes.new]));
  return new Map<Figure, Value>([
    ['lost', share(sum(trials.map((t) => t.requests.lost)), sum(trials.map((t) => t.requests.started)))],
    ['failingShare', share(sum(probes.map((one) => one.failed)), sum(probes.map((one) => one.sent)))],
    ['sourceAddress', addressOf(trials)],
  ]);
}

function disturbedValues(trials: readonly TrialReport[], own: readonly DisturbanceReport[]) {
  const lost = sum(own.map(({ requestsLost }) => requestsLost));
  const shares = own.flatMap(({ failingShare }) => (failingShare === null ? [] : [failingShare]));
  const mean = shares.length === 0 ? null : sum(shares) / shares.length;
  return new Map<Figure, Value>([
    ['lost', share(lost, sum(trials.map((t) => t.requests.started)))],
    ['failingShare', { text: mean === null ? '-' : `${(mean * 100).toFixed(0)} %`, number: mean }],
    ['sourceAddress', addressOf(trials)],
    ...clockNames.map((name): [Figure, Value] => [name, clockValue(name, own)]),
  ]);
}

function clockValue(name: ClockName, own: readonly DisturbanceReport[]): Value {
  const known = own.flatMap(({ clocksSeconds }) => clocksSeconds[name] ?? []);
  if (known.length === 0) return { text: '-', number: null };
  const resolution = Math.max(0, ...own.map(({ clockNotes }) => clockNotes[name]?.resolutionSeconds ?? 0));
  const seconds = median(known);
  return { text: `${seconds.toFixed(1)} s`, number: seconds, resolution };
}
