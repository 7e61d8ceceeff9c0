import { parseDuration } from '../../base/units.ts';
import type { Problem } from '../error.ts';
import type { KeyPath } from '../tree.ts';
import { checkScript } from './k6-script.ts';
import { type Load, loadLists, type Sound } from './sound.ts';

type Item = Load[number];
type Of<Kind extends Item['kind']> = Extract<Item, { kind: Kind }>;

const ms = (text: string) => parseDuration(text) ?? 0;

/** The most streams that the recorders of one experiment hold open. */
const mostStreams = 30_000;
/** The most bytes that all request bodies have together. */
const mostBodyBytes = 10_000_000_000;
/** The limit in the schema of k6 loads. */
const mostUsers = 5000;

export function checkLoads(sound: Sound, folder: string): Problem[] {
  return loadLists(sound).flatMap(([path, load]) => [
    ...load.flatMap((item, index) => checkItem(item, [...path, index], folder)),
    ...checkSums(load, path),
  ]);
}

function checkItem(item: Item, path: KeyPath, folder: string): Problem[] {
  switch (item.kind) {
    case 'streams':
      return [...checkStreams(item, path), ...checkShares(item, path)];
    case 'k6':
      return [
        ...checkScript(item.script, [...path, 'script'], folder),
        ...checkUsers(item, path),
        ...checkRunners(item, path),
      ];
    case 'probe':
    case 'autocannon':
      return [];
  }
}

function checkStreams(item: Of<'streams'>, path: KeyPath): Problem[] {
  const [duration, chunk, ramp] = [ms(item.duration), ms(item.chunkInterval), ms(item.ramp)];
  const problems: Problem[] = [];
  if (ms(item.stall) < 2 * chunk) {
    problems.push({
      path: [...path, 'stall'],
      what: `a stream counts as hung after ${item.stall} without a byte, and a chunk comes every ${item.chunkInterval}`,
      hint: 'make stall at least twice chunkInterval, or healthy streams are counted as lost',
    });
  }
  if (duration < 3 * chunk) {
    problems.push({
      path: [...path, 'chunkInterval'],
      what: `a stream of ${item.duration} has fewer than 3 chunks at one every ${item.chunkInterval}`,
      hint: 'make chunkInterval shorter or duration longer',
    });
  } else if (!item.renew && duration <= ramp + 2 * chunk) {
    problems.push({
      path: [...path, 'duration'],
      what: `the first streams end (after ${item.duration}) before the last have started (ramp: ${item.ramp})`,
      hint: 'make the streams longer or the ramp shorter, or set renew: true',
    });
  }
  return problems;
}

function checkShares({ agents, concurrency }: Of<'streams'>, path: KeyPath): Problem[] {
  if (agents === undefined || agents.count <= concurrency) return [];
  return [
    {
      path: [...path, 'agents', 'count'],
      what: `${agents.count} agents cannot share ${concurrency} streams`,
      hint: `set count to at most ${concurrency}, or a higher concurrency`,
    },
  ];
}

/** k6 drops what it has no virtual user for; a stream that hangs is followed for twice its time. */
function checkUsers({ script, rate, vus, duration }: Of<'k6'>, path: KeyPath): Problem[] {
  if (script !== undefined || rate === undefined) return [];
  const needed = Math.ceil((rate * ms(duration)) / 1000);
  if (needed <= vus) return [];
  const fits = needed <= mostUsers;
  return [
    {
      path: [...path, 'vus'],
      what: `${rate} streams a second of ${duration} need ${needed} virtual users, and there are ${vus}`,
      hint: fits
        ? `set vus: ${Math.min(mostUsers, 2 * needed)}: a stream that hangs keeps its user for twice its duration`
        : `set a lower rate or a shorter duration; k6 gets at most ${mostUsers} users here`,
    },
  ];
}

function checkRunners({ agents, vus, runnerImage }: Of<'k6'>, path: KeyPath): Problem[] {
  if (agents === undefined) {
    if (runnerImage === undefined) return [];
    const what = "runnerImage is for k6 in pods, and this load is this machine's";
    return [{ path: [...path, 'runnerImage'], what, hint: 'add agents, or remove runnerImage' }];
  }
  if (agents.count <= vus) return [];
  return [
    {
      path: [...path, 'agents', 'count'],
      what: `${agents.count} runners cannot share ${vus} virtual users`,
      hint: `set count to at most ${vus}, or more vus`,
    },
  ];
}

function checkSums(load: Load, path: KeyPath): Problem[] {
  const streams = load.flatMap((item) => (item.kind === 'streams' ? [item] : []));
  const all = streams.reduce((sum, { concurrency }) => sum + concurrency, 0);
  const bytes = streams.reduce((sum, { concurrency, bodySize }) => sum + concurrency * bodySize, 0);
  const problems: Problem[] = [];
  if (all > mostStreams) {
    const what = `the streams add up to ${all}`;
    problems.push({ path, what, hint: `at most ${mostStreams} in all: lower concurrency` });
  }
  if (bytes > mostBodyBytes) {
    const what = `the request bodies add up to ${Math.round(bytes / 1e9)} GB`;
    problems.push({ path, what, hint: 'at most 10 GB in all: lower bodySize or concurrency' });
  }
  return problems;
}
