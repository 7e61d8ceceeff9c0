import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { latenessLines } from '../../../src/reports/lateness.ts';
import { markdownReport } from '../../../src/reports/markdown.ts';
import { terminalReport } from '../../../src/reports/terminal.ts';
import { aTrial, threePolicies } from '../../support/report.ts';

const late = (instrument: string, from: number, to: number, maxLatenessMs: number) => ({
  instrument,
  from,
  to,
  maxLatenessMs,
});

test('nothing where all was in time', () => {
  assert.equal(latenessLines({ timeScale: 1, trials: [aTrial({ untrusted: [] })] }), []);
});

test('one line for each trial and instrument, from the first lateness to the last', () => {
  const untrusted = [late('probe', 4, 6, 120), late('edge', 5, 7, 60.4), late('probe', 20, 22, 80)];
  const trials = [aTrial({ policy: 'Local', repeat: 1, untrusted })];
  assert.equal(latenessLines({ timeScale: 10, trials }), [
    'Local, repeat 2: probe was up to 120 ms late (1.2 s of cluster time) between 4.0 and 22.0 s: this machine was busy, and figures from that time are not exact',
    'Local, repeat 2: edge was up to 60 ms late (0.6 s of cluster time) between 5.0 and 7.0 s: this machine was busy, and figures from that time are not exact',
  ]);
  assert.not.match(latenessLines({ timeScale: 1, trials })[0] ?? '', 'cluster time');
});

test('it stands in the terminal and in Markdown, whatever the verdict', () => {
  const report = threePolicies();
  const [first, ...rest] = report.trials;
  if (first === undefined) throw new Error('no trial');
  const busy = { ...report, trials: [{ ...first, untrusted: [late('probe', 1, 2, 300)] }, ...rest] };
  const terminal = terminalReport(busy, { columns: 400, colour: false, folder: 'x' });
  assert.match(terminal, /late: Cluster, repeat 1: probe was up to 300 ms late/);
  assert.match(markdownReport(busy), /probe was up to 300 ms late/);
});

test.run();
