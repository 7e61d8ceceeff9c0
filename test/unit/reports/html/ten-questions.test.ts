import { parseHTML } from 'linkedom';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TrialDetail } from '../../../../src/analysis/detail.ts';
import { analysis } from '../../../../src/analysis/index.ts';
import { htmlReport } from '../../../../src/reports/html/index.ts';
import { history } from '../../../support/history.ts';

/*
 * Ten questions that somebody who is about to flip a policy asks, each answered by the page alone. docs/report.md names where.
 */

const fault = { kind: 'power-off', node: 'preemptible-0' } as const;

/** 40 streams; under Cluster a quarter goes through a node that dies, and so do new connections for 3 s. */
function page(): Document {
  const builder = history({ expect: [['lost', 0, 'Local']] });
  for (const [index, policy] of (['Cluster', 'Local'] as const).entries()) {
    const at = 10 + index * 100_000;
    const hit = policy === 'Cluster';
    builder
      .trial(at, { policy, fault })
      .streams(hit ? 30 : 40, { from: at + 1000, to: at + 21_000 })
      .streams(hit ? 10 : 0, {
        from: at + 1000,
        to: at + 15_000,
        transit: 'preemptible-0',
        outcome: 'hung',
      })
      .fault(at + 10_000)
      .probes({
        from: at + 5000,
        to: at + 30_000,
        fails: (due) => hit && due >= at + 10_000 && due < at + 13_000 && {},
      })
      .endTrial(at + 31_000);
  }
  const details: TrialDetail[] = [];
  const found = analysis({ onDetail: (detail) => details.push(detail) });
  for (const event of builder.finish(250_000).events()) found.take(event);
  return parseHTML(htmlReport(found.report(), [], { details, scenario: 'name: shown' })).document;
}

const document = page();
const words = (selector: string) =>
  [...document.querySelectorAll(selector)].map((one) => one.textContent ?? '').join('\n');
/** The table below a heading. */
const below = (id: string) => document.querySelector(`#${id}`)?.nextElementSibling?.textContent ?? '';
const answer = words('.answer');

const questions: readonly (readonly [question: string, where: string, says: RegExp])[] = [
  [
    'what happened',
    answer,
    /Power-off of preemptible-0 cost 10 of 40 streams under Cluster .* none of 40 under Local/,
  ],
  ['why', words('table.requests'), /transit/],
  ['is it chance', below('differences'), /-25 points .* 10 under the other alone.*beyond chance/],
  ['should I flip', answer, /Flip to Local: it avoids this loss/],
  ['how, and what will it cost', answer, /25 % of streams fewer, 95 % interval \d+\.\.\d+/],
  ['what do customers see', below('customers'), /75.% whole, 25.% cut short/],
  ['what do the codes mean', words('dl'), /522/],
  [
    'what did the dead node carry',
    document.querySelector('.path svg')?.getAttribute('aria-label') ?? '',
    /preemptible-0 carried 25 %, 10 lost/,
  ],
  [
    'what if another node dies',
    below('node-loss'),
    /Local.*75 % each: stable-0 and stable-1; none: preemptible-0/,
  ],
  ['can I trust this', words('section[aria-labelledby=expectations]'), /lost == 0.*Local.*pass/s],
  ['on what does it rest', words('section[aria-labelledby=about]'), /name: shown/],
];

for (const [question, where, says] of questions)
  test(`${question}?`, () => {
    assert.match(where.replaceAll(/\s+/g, ' '), says);
  });

test.run();
