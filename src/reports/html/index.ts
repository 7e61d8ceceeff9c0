import type { TrialDetail } from '../../analysis/detail.ts';
import type { Report } from '../../analysis/schema.ts';
import { visible } from '../../base/visible.ts';
import { answer } from '../answer.ts';
import type { Changes } from '../changes.ts';
import { measured, policyLabel, setting } from '../figures.ts';
import { glossary } from '../glossary.ts';
import { changesSection } from './changes.ts';
import { comparison } from './comparison.ts';
import { docsLink } from './docs-link.ts';
import { lostTable, script, scriptHash } from './lost-table.ts';
import { type Cell, escapeHtml, htmlTable, list, paragraphs, prose } from './markup.ts';
import { pathPictures } from './path-picture.ts';
import type { TrialSeries } from './series.ts';
import { style } from './style.ts';
import { trialId, trialSection, trialTitle } from './trial.ts';

/** What a page shows beside the report. */
interface Beside {
  /** The details of the same history. */
  readonly details?: readonly TrialDetail[];
  /** The scenario's text, as the history has it. */
  readonly scenario?: string | undefined;
  readonly changes?: Changes | undefined;
}

/** report.html: one file that loads nothing from any other machine. `series`: of the same history. */
export function htmlReport(
  report: Report,
  series: readonly TrialSeries[],
  { details = [], scenario, changes }: Beside = {},
): string {
  const sections = report.trials.map((trial) =>
    trialSection(
      trial,
      series.find(({ index }) => index === trial.index),
    ),
  );
  const links = report.trials.map(
    (trial) =>
      `<a href="#${trialId(trial)}">${prose(`${trialTitle(trial)}${trial.verdict === 'unknown' ? ' (unknown)' : ''}`)}</a>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src '${scriptHash}'; img-src data:">
<title>${escapeHtml(`${report.experiment}: ${report.verdict}`)}</title>
<style>${style}</style></head>
<body>
<header><h1>${escapeHtml(report.experiment)} <span class="verdict ${report.verdict}">${report.verdict}</span></h1>
<p>${escapeHtml(report.description)}</p>
<p class="muted">${escapeHtml(`${setting(report)} · ${report.startedAt} · ${report.wallSeconds.toFixed(0)} s`)}</p>
${report.outcome === 'completed' ? '' : `<p class="unknown">${escapeHtml(`The run was ${report.outcome}: ${report.reason ?? ''}`)}</p>`}
${answerBox(report)}</header>
<main>
<section aria-labelledby="comparison"><h2 id="comparison">Comparison ${docsLink('comparison', 'the comparison')}</h2>
${comparison(report)}
</section>
${changes === undefined ? '' : changesSection(changes)}
${pathPictures(details)}
${expectations(report)}
<section aria-labelledby="trials"><h2 id="trials">Trials</h2><nav aria-label="trials">${links.join(' ')}</nav></section>
${sections.join('\n')}
${details.length === 0 ? '' : lostTable(details)}
${words}
${about(report, scenario)}
</main>
<footer>midflight ${escapeHtml(report.midflightVersion)} · made from history.ndjson beside this file</footer>
${details.length === 0 ? '' : `<script>${script}</script>`}
</body></html>
`;
}

function answerBox(report: Report): string {
  const said = answer(report);
  return said.length === 0 ? '' : `<div class="answer">${paragraphs(said)}</div>`;
}

function expectations({ expectations: found }: Report): string {
  if (found.length === 0) return '';
  const rows = found.map((row): Cell[] => [
    row.text,
    policyLabel(row.policy),
    measured(row),
    {
      html: `<span class="${row.verdict}">${row.verdict}</span>${row.verdict === 'unknown' && row.reason !== null ? `: ${escapeHtml(row.reason.text)}` : ''}`,
    },
    row.line === null ? '' : String(row.line),
  ]);
  return `<section aria-labelledby="expectations"><h2 id="expectations">Expectations</h2>${htmlTable('expectations', ['expectation', 'policy', 'measured', 'verdict', 'line'], rows)}</section>`;
}

const words = `<section aria-labelledby="words"><h2 id="words">What the words mean</h2><dl>${glossary
  .map(([term, meaning]) => `<div><dt>${prose(term)}</dt><dd>${escapeHtml(meaning)}</dd></div>`)
  .join('')}</dl></section>`;

/** More of a scenario would be no use in a page. */
const mostScenario = 100_000;

function about({ notices, versions }: Report, scenario: string | undefined): string {
  const rows = Object.entries(versions);
  const text = scenario === undefined ? undefined : visible(scenario.slice(0, mostScenario));
  const source =
    text === undefined
      ? ''
      : `<details><summary>The scenario</summary><pre class="scroll" tabindex="0" role="group" aria-label="the scenario">${escapeHtml(text)}</pre></details>`;
  return `<section aria-labelledby="about"><h2 id="about">About this run</h2>${list([...new Set(notices)])}${htmlTable('versions', [], rows)}${source}</section>`;
}
