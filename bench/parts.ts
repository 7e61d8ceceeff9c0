import { MidflightError } from '../src/base/errors.ts';
import { calibrationPart } from './calibration.ts';
import { capacityPart } from './capacity.ts';
import { edgePart } from './edge.ts';
import { helpPart } from './help.ts';
import { manyPart } from './many.ts';
import { nodesPart } from './nodes.ts';
import { longProbePart, probePart } from './probe.ts';
import { recorderPart } from './recorder.ts';
import { reportPart } from './report.ts';
import type { Part } from './result.ts';
import { sideBySidePart } from './side-by-side.ts';
import { startPart } from './start.ts';
import { trialsPart } from './trials.ts';

interface Family {
  readonly name: string;
  /** Streams, small to large; null: the part has no size. */
  readonly sizes: readonly number[] | null;
  of(size: number): Part;
}

const families: readonly Family[] = [
  { name: 'start', sizes: null, of: () => startPart },
  { name: 'trials', sizes: null, of: () => trialsPart },
  { name: 'help', sizes: null, of: () => helpPart },
  { name: 'side-by-side', sizes: null, of: () => sideBySidePart },
  { name: 'recorder', sizes: [1000, 5000, 10_000], of: recorderPart },
  { name: 'probe', sizes: [10_000], of: probePart },
  { name: 'probe-long', sizes: [10_000], of: longProbePart },
  { name: 'edge', sizes: [1000, 10_000], of: edgePart },
  { name: 'report', sizes: null, of: () => reportPart },
  { name: 'capacity', sizes: null, of: () => capacityPart },
  { name: 'calibration', sizes: [5, 16], of: calibrationPart },
  { name: 'nodes', sizes: [200], of: nodesPart },
  { name: 'many', sizes: [30_000], of: manyPart },
];

/**
 * The parts named, small ones first: `recorder`, or `recorder-5000`; none named: all. `streams`: of these sizes only.
 * Throws `bad-usage` where a name is none.
 */
export function choose(names: readonly string[], streams: readonly number[] | null): Part[] {
  const all = families.flatMap(({ name, sizes, of }) =>
    (sizes === null ? [0] : (streams ?? sizes)).map((size) => ({
      family: name,
      part: of(size),
      sized: sizes !== null,
    })),
  );
  const chosen = all.filter(
    ({ family, part }) => names.length === 0 || names.includes(family) || names.includes(part.name),
  );
  const known = new Set(all.flatMap(({ family, part }) => [family, part.name]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new MidflightError('bad-usage', `no part of the benchmarks is called ${unknown.join(', ')}`, {
      hint: `there are ${all.map(({ part }) => part.name).join(', ')}`,
    });
  return chosen.filter(({ sized }) => streams === null || sized).map(({ part }) => part);
}
