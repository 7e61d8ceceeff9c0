import type { Report } from '../../analysis/schema.ts';
import { conclusion } from '../conclusion.ts';
import {
  address,
  causeList,
  cdnLine,
  clock,
  comparisonTitles,
  failing,
  interval,
  measured,
  policyName,
  setting,
} from '../words.ts';
import { lostChart } from './charts.ts';
import { type Cell, escapeHtml, figure, list, paragraphs, table } from './markup.ts';
import type { TrialSeries } from './series.ts';
import { style } from './style.ts';
import { trialId, trialSection, trialTitle } from './trial.ts';

/** report.html: one file that asks nothing of any other machine. `series`: of the same history. */
export function htmlReport(report: Report, series: readonly TrialSeries[]): string {
  const sections = report.trials.map((trial) =>
    trialSection(
      trial,
      series.find(({ index }) => index === trial.index),
    ),
  );
  const links = report.trials.map(
    (trial) => `<a href="#${trialId(trial)}">${escapeHtml(trialTitle(trial))}</a>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(`${report.experiment}: ${report.verdict}`)}</title>
<style>${style}</style></head>
<body>
<header><h1>${escapeHtml(report.experiment)} <span class="verdict ${report.verdict}">${report.verdict}</span></h1>
<p>${escapeHtml(report.description)}</p>
<p class="muted">${escapeHtml(`${setting(report)} · ${report.startedAt} · ${report.wallSeconds.toFixed(0)} s`)}</p>
${report.outcome === 'completed' ? '' : `<p class="unknown">${escapeHtml(`The run was ${report.outcome}: ${report.reason ?? ''}`)}</p>`}
</header>
<main>
<section aria-labelledby="comparison"><h2 id="comparison">Comparison</h2>
${comparison(report)}
</section>
${expectations(report)}
<section aria-labelledby="trials"><h2 id="trials">Trials</h2><nav aria-label="trials">${links.join(' ')}</nav></section>
${sections.join('\n')}
${about(report)}
</main>
<footer>midflight ${escapeHtml(report.midflightVersion)} · made from history.ndjson beside this file</footer>
</body></html>
`;
}

function comparison(report: Report): string {
  const rows = report.comparison.map((row): Cell[] => {
    const flips = row.flipFailover !== null;
    const both = (flip: string, fault: string) =>
      flips
        ? {
            html: `flip: ${escapeHtml(flip)}<br>${row.failover === null ? '' : `fault: ${escapeHtml(fault)}`}`,
          }
        : fault;
    return [
      policyName(row.policy),
      `${row.started} in ${row.repeats} repeat${row.repeats === 1 ? '' : 's'}`,
      {
        html: `<span class="${row.lost > 0 ? 'lost' : 'none'}">${row.lost}</span> (${escapeHtml(interval(row))})`,
      },
      causeList(row.byCause),
      both(clock(row.flipFailover), clock(row.failover)),
      both(failing(row.flipFailingShare, row.flipFailover), failing(row.failingShare, row.failover)),
      address(row.sourceAddress),
    ];
  });
  const codes = cdnLine(report);
  const lines = [...conclusion(report), ...(codes === null ? [] : [codes])];
  const chart =
    report.comparison.length === 0
      ? ''
      : figure(
          'Share of slow streams lost under each policy',
          [
            ['var(--bad)', 'some lost'],
            ['var(--good)', 'none lost'],
          ],
          `<div class="wide">${lostChart(report.comparison, 1000)}</div><div class="narrow">${lostChart(report.comparison, 340)}</div>`,
          report.comparison
            .map(({ policy, lost, started }) => `${policyName(policy)}: ${lost} of ${started}`)
            .join('; '),
        );
  return `${table('comparison of policies', comparisonTitles, rows)}${chart}${paragraphs(lines)}`;
}

function expectations({ expectations: found }: Report): string {
  if (found.length === 0) return '';
  const rows = found.map((row): Cell[] => [
    row.text,
    policyName(row.policy),
    measured(row),
    { html: `<span class="${row.verdict}">${row.verdict}</span>` },
    row.line === null ? '' : String(row.line),
  ]);
  return `<section aria-labelledby="expectations"><h2 id="expectations">Expectations</h2>${table('expectations', ['expectation', 'policy', 'measured', 'verdict', 'line'], rows)}</section>`;
}

function about({ notices, versions }: Report): string {
  const rows = Object.entries(versions);
  return `<section aria-labelledby="about"><h2 id="about">About this run</h2>${list([...new Set(notices)])}${table('versions', [], rows)}</section>`;
}
