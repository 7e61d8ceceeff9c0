import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { latenessRows } from '../../../src/reports/lateness.ts';
import { markdownReport } from '../../../src/reports/markdown.ts';
import { terminalReport } from '../../../src/reports/terminal.ts';
import { aRow, aTrial, threePolicies } from '../../support/report.ts';

const late = (instrument: string, from: number, to: number, maxLatenessMs: number) => ({
  instrument,
  from,
  to,
  maxLatenessMs,
});
const comparison = [aRow({ repeats: 2 })];

test('nothing is printed if every instrument was on time', () => {
  assert.equal(latenessRows({ timeScale: 1, comparison, trials: [aTrial({ untrusted: [] })] }), []);
});

test('one row for each trial and instrument, from the first lateness to the last', () => {
  const untrusted = [late('probe', 4, 6, 120), late('edge', 5, 7, 60.4), late('probe', 20, 22, 80)];
  const trials = [aTrial({ policy: 'Local', repeat: 1, untrusted })];
  assert.equal(latenessRows({ timeScale: 10, comparison, trials }), [
    ['Local, repeat 2', 'probe', '120 ms (1.2 s of cluster time)', '4.0 and 22.0 s'],
    ['Local, repeat 2', 'edge', '60 ms (0.6 s of cluster time)', '5.0 and 7.0 s'],
  ]);
  assert.is(latenessRows({ timeScale: 1, comparison, trials })[0]?.[2], '120 ms');
});

test('it is printed in the terminal and in Markdown, whatever the verdict', () => {
  const report = threePolicies();
  const [first, ...rest] = report.trials;
  if (first === undefined) throw new Error('no trial');
  const busy = { ...report, trials: [{ ...first, untrusted: [late('probe', 1, 2, 300)] }, ...rest] };
  const terminal = terminalReport(busy, { columns: 400, colour: false, folder: 'x' });
  assert.match(terminal, /This machine was busy.*\n.*\nCluster +probe +300 ms/);
  assert.match(markdownReport(busy), '| Cluster | probe | 300 ms');
});

test.run();
