import type { DisturbanceReport, TrialReport } from '../../analysis/schema.ts';
import { lanes as laneNames } from '../../base/connections.ts';
import { clockTraits } from '../../catalogue/clocks.ts';
import { clockCells, clocksFor } from '../clock-words.ts';
import { customersTitle, shares } from '../customers.ts';
import {
  address,
  causeList,
  disturbanceName,
  faultName,
  keptConnectionLine,
  plural,
  policyLabel,
} from '../figures.ts';
import { outageCells } from '../outages.ts';
import { boardChart, probeChart, streamChart } from './charts.ts';
import { docsLink } from './docs-link.ts';
import { clockMarks } from './marks.ts';
import { type Cell, escapeHtml, figure, htmlTable, type Key, list, prose } from './markup.ts';
import { looksIn } from './outcome-look.ts';
import type { TrialSeries } from './series.ts';

export const trialId = ({ index }: { readonly index: number }): string => `trial-${index + 1}`;

export const trialTitle = ({ policy, repeat }: TrialReport): string =>
  `${policyLabel(policy)}, repeat ${repeat + 1}`;

/** One trial: what was lost and why, the timelines, the clocks. */
export function trialSection(trial: TrialReport, series: TrialSeries | undefined): string {
  const { verdict, reason, fault } = trial;
  const hit = fault === null ? '' : `<p class="muted">${escapeHtml(faultName(fault))}</p>`;
  return `<section id="${trialId(trial)}" aria-labelledby="${trialId(trial)}-title">
<h2 id="${trialId(trial)}-title">${escapeHtml(trialTitle(trial))} <span class="verdict ${verdict}">${verdict}</span></h2>
${hit}${reason === null ? '' : `<p>${escapeHtml(reason)}</p>`}
${charts(trial, series)}
<div class="two"><div><h3>Requests</h3>${requests(trial)}</div><div><h3>What became of the streams</h3>${outcomes(trial)}</div></div>
${trial.disturbances.map(clocks).join('')}
${untrusted(trial)}
</section>`;
}

function charts(trial: TrialReport, found: TrialSeries | undefined): string {
  if (found === undefined) return '<p class="muted">The history holds no events of this trial.</p>';
  const series = { ...found, marks: [...found.marks, ...clockMarks(trial.disturbances)] };
  return [streams(series), probes(series), board(series)].join('');
}

function streams(series: TrialSeries): string {
  const { streams: bars, streamsSeen } = series;
  if (bars.length === 0) return '';
  const looks = looksIn(bars.map(({ outcome }) => outcome));
  const shown =
    bars.length === streamsSeen
      ? 'each bar one request'
      : `${bars.length} of ${streamsSeen}, an even choice of those lost and of the others`;
  const keys = looks.map(({ colour, word, count }): Key => [colour, `${word} (${count})`]);
  const waits = bars.some(({ heard, to }) => heard < to) ? '; thin and pale: waiting in silence' : '';
  const summary = looks.map(({ word, count }) => `${count} ${word}`).join(', ');
  return figure(
    `Slow streams, ${shown}${waits}`,
    keys,
    streamChart(series),
    `streams over time: ${summary}`,
    { timeline: true, docs: docsLink('charts', 'slow streams') },
  );
}

function probes(series: TrialSeries): string {
  if (series.probes.length === 0) return '';
  const [bin] = series.probes;
  const per = bin === undefined || bin.seconds === 1 ? 'second' : `${bin.seconds} s`;
  const failed = series.probes.reduce((sum, one) => sum + one.failed, 0);
  return figure(
    `Short requests by the ${per} in which they were due, on new and on kept connections`,
    [
      ['var(--good)', 'answered'],
      ['var(--bad)', 'failed'],
    ],
    probeChart(series),
    `short requests over time, ${failed} failed in all`,
    { timeline: true, docs: docsLink('charts', 'short requests') },
  );
}

const states = [
  ['green', ['var(--good)', 'green: gets new connections']],
  ['red', ['var(--bad)', 'red: gets none']],
  ['not eligible', ['var(--muted)', 'not in its target set']],
] as const;

function board(series: TrialSeries): string {
  if (series.board.length === 0) return '';
  return figure(
    'Nodes as the load balancer held them',
    states.filter(([state]) => series.board.some((span) => span.state === state)).map(([, key]) => key),
    boardChart(series),
    'health of each node at the load balancer over time',
    { timeline: true, docs: docsLink('charts', 'nodes as the load balancer held them') },
  );
}

function requests({
  requests: found,
  probes: lanes,
  keptConnection,
  engines,
  atInjection,
  predicted,
  sourceAddress,
}: TrialReport): string {
  const rows: Cell[][] = [
    ['streams', `${found.started} started, ${found.completed} completed, ${found.cancelled} ended by us`],
    [
      'lost',
      {
        html: `<span class="${found.lost > 0 ? 'lost' : 'none'}">${found.lost}</span> ${escapeHtml(found.lost > 0 ? `(${causeList(found.byCause)})` : '')}`,
      },
    ],
  ];
  if (found.avoidableByLocal > 0) rows.push(['Local would have spared', String(found.avoidableByLocal)]);
  if (atInjection !== null && predicted !== null) {
    rows.push([
      'in flight when it was hit',
      `${atInjection.inFlight}, ${atInjection.throughTarget} with the target in their path`,
    ]);
    rows.push([
      'predicted',
      `${predicted.lost} lost; ${(predicted.expectedShare * 100).toFixed(0)} % expected from topology and policy`,
    ]);
  }
  for (const lane of laneNames) {
    const counts = lanes[lane];
    if (counts !== null) {
      const causes = counts.failed > 0 ? ` (${causeList(counts.byCause)})` : '';
      rows.push([
        `${lane === 'new' ? 'new' : 'kept'} connections`,
        `${counts.failed} of ${counts.sent} failed${causes}`,
      ]);
    }
  }
  const kept = keptConnectionLine({ keptConnection });
  if (kept !== null) rows.push(['kept connection', kept]);
  for (const [load, { engine, started, lost }] of Object.entries(engines)) {
    rows.push([`${load} (${engine})`, `${lost} of ${started} failed`]);
  }
  if (sourceAddress !== null) rows.push(["client's address", address(sourceAddress)]);
  return htmlTable('requests', [], rows);
}

function outcomes({ requests: { byOutcome, byOutcomeClient } }: TrialReport): string {
  const names = [...new Set([...Object.keys(byOutcome), ...Object.keys(byOutcomeClient)])];
  const count = (counts: Record<string, number | undefined>, name: string) => String(counts[name] ?? 0);
  const rows = names.map((name) => [name, count(byOutcome, name), count(byOutcomeClient, name)]);
  const same = rows.every(([, shown, seen]) => shown === seen);
  if (same)
    return htmlTable(
      'outcomes',
      [],
      rows.map(([name = '', shown = '']) => [name, shown]),
    );
  return htmlTable('outcomes', ['outcome', 'as this balancer shows it', 'as the client saw it'], rows);
}

function clocks(found: DisturbanceReport): string {
  const { kind, at, requestsLost, customers } = found;
  const cells = clocksFor(kind).map((clock) => ({
    name: clockTraits[clock].words,
    cells: clockCells(clock, found),
  }));
  const rows = cells
    .filter(({ cells: [value] }) => value !== '-')
    .map(({ name, cells: [value, note] }): Cell[] => [
      name,
      { html: `${prose(value)}${note === '' ? '' : ` <span class="muted">${prose(note)}</span>`}` },
    ]);
  const others = cells
    .filter(({ cells: [value] }) => value === '-')
    .map(({ name, cells: [, why] }) => (why === '' ? name : `${name} (${why})`))
    .join(', ');
  const { streams, newConnections } = customers;
  const seen = [
    `streams: ${shares(streams, 'whole', 'none under way')}`,
    ...(newConnections === null
      ? []
      : [`new connections: ${shares(newConnections, 'answered', 'none failed')}`]),
  ];
  const name = disturbanceName(found);
  return `<h3>${prose(`${name}, at ${at.toFixed(1)} s`)} ${docsLink('clocks', `clocks of ${name}`)}</h3>
<p>${prose(`${requestsLost} ${plural(requestsLost, 'stream')} lost. ${customersTitle}: ${seen.join('; ')}.`)}</p>
${outages(found)}<p class="marks">Clocks, counted from the ${kind}:</p>${htmlTable(`clocks of the ${kind}`, [], rows)}
${others === '' ? '' : `<p class="marks">${prose(`Nothing to measure: ${others}.`)}</p>`}`;
}

function outages(disturbance: DisturbanceReport): string {
  const { outages: found } = disturbance;
  if (found === null || found.length === 0) return '';
  const rows = found.map((one, index) => [`outage ${index + 1}`, ...outageCells(disturbance, one)]);
  return htmlTable('outages', ['outage', 'began', 'lasted', 'new connections failed'], rows);
}

function untrusted({ untrusted: spans }: TrialReport): string {
  if (spans.length === 0) return '';
  const lines = spans.map(
    ({ instrument, from, to, maxLatenessMs }) =>
      `${instrument}: ${from.toFixed(1)} to ${to.toFixed(1)} s, up to ${maxLatenessMs.toFixed(0)} ms late`,
  );
  return `<h3>Not to be trusted</h3>${list(lines)}`;
}
