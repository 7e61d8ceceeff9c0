import { clockNames, type DisturbanceReport, type TrialReport } from '../../analysis/schema.ts';
import { causeList, policyName } from '../words.ts';
import { boardChart, probeChart, streamChart } from './charts.ts';
import { type Cell, escapeHtml, figure, list, table } from './markup.ts';
import type { TrialSeries } from './series.ts';

export const trialId = ({ index }: { readonly index: number }): string => `trial-${index + 1}`;

export const trialTitle = ({ policy, repeat }: TrialReport): string =>
  `${policyName(policy)}, repeat ${repeat + 1}`;

const good = ['var(--good)', 'completed'] as const;
const bad = ['var(--bad)', 'lost'] as const;

/** One trial: what was lost and why, the timelines, the clocks. */
export function trialSection(trial: TrialReport, series: TrialSeries | undefined): string {
  const { verdict, reason, fault } = trial;
  const hit = fault === null ? '' : `<p class="muted">${escapeHtml(`${fault.kind} of ${fault.node}`)}</p>`;
  return `<section id="${trialId(trial)}" aria-labelledby="${trialId(trial)}-title">
<h2 id="${trialId(trial)}-title">${escapeHtml(trialTitle(trial))} <span class="verdict ${verdict}">${verdict}</span></h2>
${hit}${reason === null ? '' : `<p>${escapeHtml(reason)}</p>`}
${charts(series)}
<div class="two"><div><h3>Requests</h3>${requests(trial)}</div><div><h3>What became of the streams</h3>${outcomes(trial)}</div></div>
${trial.disturbances.map(clocks).join('')}
${untrusted(trial)}
</section>`;
}

function charts(series: TrialSeries | undefined): string {
  if (series === undefined) return '<p class="muted">The history holds no events of this trial.</p>';
  const { streams, streamsSeen, probes, board } = series;
  const lost = streams.filter(({ outcome }) => outcome !== 'completed' && outcome !== 'cancelled').length;
  const shown =
    streams.length === streamsSeen
      ? ''
      : ` (${streams.length} of ${streamsSeen} shown: the losses, and an even sample of the rest)`;
  const parts = [
    streams.length === 0
      ? ''
      : figure(
          `Slow streams: each bar one request${shown}`,
          [good, bad, ['var(--muted)', 'ended by us']],
          streamChart(series),
          `${streams.length} streams over time, ${lost} of them lost`,
        ),
    probes.length === 0
      ? ''
      : figure(
          'Short requests by the second, on new and on kept connections',
          [
            ['var(--good)', 'answered'],
            ['var(--bad)', 'failed'],
          ],
          probeChart(series),
          `short requests by the second, ${probes.reduce((sum, { failed }) => sum + failed, 0)} failed in all`,
        ),
    board.length === 0
      ? ''
      : figure(
          'Nodes as the load balancer held them',
          [
            ['var(--good)', 'green'],
            ['var(--bad)', 'red'],
            ['var(--muted)', 'not in its set'],
          ],
          boardChart(series),
          'health of each node at the load balancer over time',
        ),
  ];
  return parts
    .filter((part) => part !== '')
    .map((part) => `<div style="margin:12px 0">${part}</div>`)
    .join('');
}

function requests({
  requests: found,
  probes,
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
  for (const lane of ['new', 'reused'] as const) {
    const counts = probes[lane];
    if (counts !== null) {
      const causes = counts.failed > 0 ? ` (${causeList(counts.byCause)})` : '';
      rows.push([
        `${lane === 'new' ? 'new' : 'kept'} connections`,
        `${counts.failed} of ${counts.sent} failed${causes}`,
      ]);
    }
  }
  for (const [load, { engine, started, lost }] of Object.entries(engines)) {
    rows.push([`${load} (${engine})`, `${lost} of ${started} failed`]);
  }
  if (sourceAddress !== null) rows.push(["client's address", sourceAddress]);
  return table('requests', ['', ''], rows);
}

function outcomes({ requests: { byOutcome, byOutcomeClient, byCdnCode } }: TrialReport): string {
  const names = [...new Set([...Object.keys(byOutcome), ...Object.keys(byOutcomeClient)])];
  const count = (counts: Record<string, number | undefined>, name: string) => String(counts[name] ?? 0);
  const rows = names.map((name) => [name, count(byOutcome, name), count(byOutcomeClient, name)]);
  const codes = Object.entries(byCdnCode).map(([code, number]) => `${number} x ${code}`);
  const cdn =
    codes.length === 0
      ? ''
      : `<p class="muted">${escapeHtml(`A CDN would have shown: ${codes.join(', ')}`)}</p>`;
  return `${table('outcomes', ['outcome', 'as this balancer shows it', 'as the client saw it'], rows)}${cdn}`;
}

function clocks({
  kind,
  name,
  node,
  at,
  requestsLost,
  failingShare,
  clocksSeconds,
  clockNotes,
}: DisturbanceReport): string {
  const rows = clockNames.map((clock): Cell[] => {
    const value = clocksSeconds[clock];
    const note = clockNotes[clock];
    const resolution = note?.resolutionSeconds;
    if (value === null) return [clock, '-', note?.reason ?? ''];
    return [clock, `${value.toFixed(2)} s`, resolution == null ? '' : `to ${resolution} s`];
  });
  const share =
    failingShare === null
      ? ''
      : `, ${(failingShare * 100).toFixed(0)} % of new connections failed until its failover`;
  return `<h3>${escapeHtml(`${kind}: ${name}${node === null ? '' : ` of ${node}`}, at ${at.toFixed(1)} s`)}</h3>
<p>${escapeHtml(`${requestsLost} streams lost${share}.`)}</p>${table(`clocks of the ${kind}`, ['clock', 'value', 'resolution, or why it did not tick'], rows)}`;
}

function untrusted({ untrusted: spans }: TrialReport): string {
  if (spans.length === 0) return '';
  const lines = spans.map(
    ({ instrument, from, to, maxLatenessMs }) =>
      `${instrument}: ${from.toFixed(1)} to ${to.toFixed(1)} s, up to ${maxLatenessMs.toFixed(0)} ms late`,
  );
  return `<h3>Not to be trusted</h3>${list(lines)}`;
}
