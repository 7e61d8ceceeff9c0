import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ProbeConfig, StreamsConfig } from '../../../src/load/config.ts';
import { shareProbes, shareStreams } from '../../../src/load/share.ts';

const streams = (concurrency: number) =>
  ({ role: 'recorder', load: 'streams', concurrency, idPrefix: 'stream-' }) as StreamsConfig;
const probe = (rate: number, lanes: ProbeConfig['lanes']) =>
  ({ role: 'probe', load: 'probe', rate, lanes, idPrefix: 'probe-' }) as ProbeConfig;

test('all streams are shared, none twice, and their ids are apart', () => {
  for (const [count, agents] of [
    [10, 4],
    [4, 4],
    [3, 4],
    [100_000, 7],
  ] as const) {
    const shares = shareStreams(streams(count), agents);
    const sizes = shares.map(({ config }) => config.concurrency);
    assert.is(
      sizes.reduce((sum, size) => sum + size, 0),
      count,
    );
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
    assert.is(new Set(shares.map(({ config }) => config.idPrefix)).size, shares.length);
    for (const { config } of shares) assert.ok(config.idPrefix.startsWith('stream-'));
  }
});

test('probes on new connections of all agents together are as evenly spaced as those of one', () => {
  const shares = shareProbes(probe(8, ['new']), 4);
  const due = shares
    .flatMap(({ delayMs, config }) =>
      Array.from({ length: 5 }, (_, at) => delayMs + (at * 1000) / config.rate),
    )
    .sort((one, other) => one - other);
  for (const [at, ms] of due.entries()) assert.is(Math.round(ms), at * 125);
});

test('the kept connection is that of one agent, at the whole rate', () => {
  const shares = shareProbes(probe(8, ['new', 'reused']), 3);
  const kept = shares.filter(({ config }) => config.lanes.includes('reused'));
  assert.equal(
    kept.map(({ agent, config }) => [agent, config.rate, config.lanes]),
    [[0, 8, ['reused']]],
  );
  assert.is(new Set(shares.map(({ config }) => config.idPrefix)).size, shares.length);
});

test.run();
