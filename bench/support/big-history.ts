import { closeSync, openSync, writeSync } from 'node:fs';
import { seededRandom } from '../../src/base/random.ts';
import { blockLines, sealer } from '../../src/history/checksum.ts';
import type { EventOf, HistoryEvent } from '../../src/history/schema.ts';
import { history, nodeNames, ns } from '../../test/support/history.ts';

/*
 * Writes a history as large as one likes, the same each time: trials in turn under Cluster and under Local, in each a
 * power-off with a cohort of streams in flight and probes on both lanes. One request in ten is a stream; half of the
 * others open a connection of their own, for which the edge writes two more lines; the ingress has a line for each.
 */

interface BigHistory {
  readonly requests: number;
  readonly trials: number;
}

const trialMs = 120_000;
const faultAt = 50_000;
const ejectedAt = 75_000;
const dead = 'preemptible-2';
const ports = 60_000;
const stable = ['stable-0', 'stable-1'] as const;

/** Gives the file's size in lines and bytes. */
export function writeBigHistory(file: string, size: BigHistory): { lines: number; bytes: number } {
  const handle = openSync(file, 'w');
  const seal = sealer();
  const written = { lines: 0, bytes: 0 };
  const write = (lines: readonly Line[]) => {
    for (let from = 0; from < lines.length; from += blockLines) {
      const some = lines.slice(from, from + blockLines);
      const text = Buffer.from(some.map((line) => line.text).join(''));
      seal.add(
        some.map((line) => line.text),
        text,
      );
      const checksum = Buffer.from(seal.seal(some.at(-1)?.t ?? 0));
      written.lines += some.length + 1;
      written.bytes += writeSync(handle, Buffer.concat([text, checksum]));
    }
  };
  try {
    const frame = history({ plan: { experiment: 'big' } });
    for (let index = 0; index < size.trials; index += 1) {
      frame.trial(startOf(index), {
        policy: policyOf(index),
        fault: { kind: 'power-off', node: dead },
        repeat: index >> 1,
      });
    }
    const [header, ...rest] = frame.events();
    if (header === undefined) throw new Error('a history has a header');
    write([header, ...rest.filter(({ type }) => type !== 'trial-start')].map(lineOf));
    for (let index = 0; index < size.trials; index += 1) {
      write(trialLines(index, Math.round(size.requests / size.trials)).sort((a, b) => a.t - b.t));
    }
    write([lineOf({ type: 'finish', t: ns(startOf(size.trials)), outcome: 'completed', reason: null })]);
  } finally {
    closeSync(handle);
  }
  return written;
}

/** Text at once: a trial's events would take many times as much memory as its lines. */
interface Line {
  readonly t: number;
  readonly text: string;
}
const lineOf = (event: HistoryEvent): Line => ({ t: event.t, text: `${JSON.stringify(event)}\n` });

const startOf = (index: number) => 1000 + index * (trialMs + 10_000);
const policyOf = (index: number) => (index % 2 === 0 ? ('Cluster' as const) : ('Local' as const));

function trialLines(trial: number, requests: number): Line[] {
  const random = seededRandom(trial + 1);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] ?? (list[0] as T);
  const begin = startOf(trial);
  const local = policyOf(trial) === 'Local';
  const at = (ms: number) => ns(begin + ms);
  const disturbance = {
    type: 'disturbance',
    trial,
    kind: 'fault',
    name: 'power-off',
    node: dead,
    affected: null,
    detail: '',
  } as const;
  const health = { type: 'health', node: dead, eligible: true } as const;
  const frame: HistoryEvent[] = [
    {
      type: 'trial-start',
      t: at(0),
      trial,
      policy: policyOf(trial),
      repeat: trial >> 1,
      seed: 1,
      fault: { kind: 'power-off', node: dead, pod: null },
    },
    { ...disturbance, t: at(faultAt), at: 'begin' },
    { ...health, t: at(ejectedAt), healthy: false, reason: 'timeout' },
    { ...disturbance, t: at(trialMs - 5000), at: 'recover' },
    { ...health, t: at(trialMs - 1000), healthy: true, reason: '200' },
    { type: 'trial-end', t: at(trialMs), trial, outcome: 'completed', invalid: [] },
  ];
  const lines = frame.map(lineOf);
  const put = (event: HistoryEvent) => void lines.push(lineOf(event));
  let count = 0;
  const request = (kind: 'stream' | 'probe', lane: 'new' | 'reused' | null, from: number, to: number) => {
    const conn = trial * requests + count;
    count += 1;
    const id = `${trial}-${kind}-${count}`;
    // No port comes round while it may still be in use.
    const source = `10.0.${Math.floor(count / ports)}.1`;
    const kept = lane === 'reused';
    const client = `${source}:${kept ? 9999 : 1024 + (count % ports)}`;
    const ejected = from > ejectedAt && from < trialMs - 1000;
    const node = pick(local ? stable : nodeNames.filter((name) => !(ejected && name === dead)));
    const hit = node === dead && !kept && to > faultAt && from < trialMs - 5000;
    const before = hit && from < faultAt;
    const ended = hit ? (before ? faultAt + 5000 : from + 500) : to;
    const answered = !hit || before;
    const answer = at(from + 2);
    const last = hit ? (before ? at(faultAt) : null) : at(to);
    const pod = pick(stable);
    const load = kind === 'stream' ? 'slow' : 'probe';
    put({ type: 'start', t: at(from), trial, id, load, kind, lane, dueAt: at(from) - 120_000 });
    const end: EventOf<'end'> = {
      type: 'end',
      t: at(ended),
      trial,
      id,
      outcome: hit ? 'hung' : 'completed',
      status: answered ? 200 : null,
      errno: null,
      connectedAt: answer - 1_000_000,
      firstByteAt: answered ? answer : null,
      firstChunkAt: answered ? answer : null,
      lastByteAt: last,
      longestSilenceNs: kind === 'stream' ? 1_000_123_456 : 0,
      bodyBytes: answered ? 172 : 0,
      chunks: answered ? 1 : 0,
      local: client,
      path: answered
        ? {
            endpointNode: pick(stable),
            endpointPod: `midflight-app-7cea24f48e-${pod}`,
            ingressNode: local ? node : pod,
            ingressPod: `midflight-ingress-a00b9d2928-${pod}`,
            source: local ? source : '10.2.0.3',
          }
        : null,
      freshConnection: kept ? false : null,
    };
    put(end);
    if (end.path !== null) {
      put({
        type: 'ingress',
        t: at(from + 2),
        pod: end.path.ingressPod ?? '',
        node: end.path.ingressNode,
        id,
        source: end.path.source ?? '',
        status: 200,
        durationMs: 1.234567,
      });
    }
    if (kept) return;
    put({ type: 'edge-open', t: at(from + 1), conn, client, node });
    put({
      type: 'edge-close',
      t: at(ended) + 400_000,
      conn,
      client,
      node,
      upstreamLocal: `127.74.87.241:${1024 + (count % ports)}`,
      connect: answered ? 'connected' : 'abandoned',
      connectNs: answered ? 430_218 : 499_000_000,
      connectedAt: answered ? answer - 500_000 : null,
      bytesUp: 144,
      bytesDown: answered ? 337 : 0,
      lastDownAt: last,
      clientEnd: 'fin',
      upstreamEnd: hit ? 'open' : 'fin',
    });
  };
  const streams = Math.round(requests / 10);
  for (let index = 0; index < streams; index += 1) {
    const from = 500 + (index / streams) * 5000;
    request('stream', null, from, from + 60_000);
  }
  const probes = requests - streams;
  for (let index = 0; index < probes; index += 1) {
    const from = 1000 + (index / probes) * (trialMs - 8000);
    request('probe', index % 2 === 0 ? 'new' : 'reused', from, from + 3 + random() * 4);
  }
  return lines;
}
