import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { dependencyVersion, packageRoot } from '../src/base/package.ts';
import type { Outcome } from '../src/history/schema.ts';
import { requireK6 } from '../src/load/k6/find.ts';
import { k6Version } from '../src/load/k6/source.ts';
import { type Cell, cells, faultServer } from '../test/support/fault-server/index.ts';
import { ourEngines } from './support/our-engines.ts';
import type { OwnFigures } from './support/own-figures.ts';
import { secondCutServer } from './support/second-cut-server.ts';
import { stockAutocannon } from './support/stock-autocannon.ts';
import { inTurn, stockK6 } from './support/stock-k6.ts';

/*
 * Sends midflight's engines, and autocannon and k6 as they come, to every cell of the fault server, and writes what each
 * says as docs/what-others-hide.md: `node --import tsx bench/what-others-hide.ts` (k6 must be there; some three minutes).
 */

const count = 3;
const timeoutSeconds = 1;
const binary = requireK6('what-others-hide', process.env);
const server = await faultServer();
const ours = ourEngines(binary, count);

interface Row {
  readonly cell: Cell;
  readonly recorder: readonly Outcome[];
  readonly withAutocannon: readonly Outcome[];
  readonly withK6: readonly Outcome[];
  readonly autocannon: OwnFigures;
  readonly k6: OwnFigures;
}

async function measure(cell: Cell): Promise<Row> {
  const port = server.port(cell.name);
  const url = `http://${server.host}:${port}/`;
  return {
    cell,
    recorder: await ours.recorder(port),
    withAutocannon: await ours.autocannon(port),
    withK6: await ours.k6(port),
    autocannon: await stockAutocannon(url, count, timeoutSeconds),
    k6: await stockK6(binary, inTurn(url, count, timeoutSeconds)),
  };
}

const rows: Row[] = [];
for (const cell of cells) {
  rows.push(await measure(cell));
  process.stderr.write(`${cell.name}\n`);
}
const kept = await keptConnections();
const cut = await gracefulStop();
await server.stop();

/** What a tool says of `count` requests, held against what a client that has only HTTP's framing can know. */
function judged({ good, bad, said }: OwnFigures, lost: boolean): string {
  const missing = count - good - bad;
  const faults = [
    ...(lost && good > 0 ? [`says ${good} good`] : []),
    ...(!lost && bad > 0 ? [`invents ${bad}`] : []),
    ...(missing > 0 ? [lost ? `hides ${missing}` : `forgets ${missing}`] : []),
  ];
  return faults.length === 0 ? said : `${said}: **${faults.join(', ')}**`;
}

function wordsOf(outcomes: readonly Outcome[], right: Outcome): string {
  const words = [...new Set(outcomes)];
  return words.map((word) => (word === right ? word : `*${word}*`)).join(', ') || 'nothing';
}

function lineOf({ cell, recorder, withAutocannon, withK6, autocannon, k6 }: Row): string {
  const lost = cell.framing !== 'completed';
  const columns = [
    cell.what,
    wordsOf(recorder, cell.app),
    wordsOf(withAutocannon, cell.app),
    wordsOf(withK6, cell.app),
    judged(autocannon, lost),
    judged(k6, lost),
  ];
  return `| ${columns.join(' | ')} |`;
}

/** Requests on kept connections that the server ends at their second. */
async function keptConnections(): Promise<string[]> {
  const requests = 6;
  const lines: string[] = [];
  for (const [name, run] of [
    ['autocannon', (url: string) => stockAutocannon(url, requests, timeoutSeconds)],
    ['k6', (url: string) => stockK6(binary, inTurn(url, requests, timeoutSeconds))],
  ] as const) {
    const target = await secondCutServer();
    const { said } = await run(target.url);
    lines.push(`| ${name} | ${requests} | ${target.unanswered} | ${said} |`);
    target.stop();
  }
  return lines;
}

/** A k6 script whose gracefulStop is shorter than its requests. */
async function gracefulStop(): Promise<string> {
  const scenario = { executor: 'constant-vus', vus: 4, duration: '1s', gracefulStop: '1s' };
  const { said, exitCode } = await stockK6(
    binary,
    `import http from 'k6/http';
     export const options = { scenarios: { mine: ${JSON.stringify(scenario)} } };
     export default () => http.get('http://${server.host}:${server.port('hang-mid-body')}/');`,
  );
  return `four users on answers that stop in the middle: it says ${said}, and exits with ${exitCode}`;
}

const versions = `autocannon ${dependencyVersion('autocannon')}, k6 ${k6Version(binary)}, Node.js ${process.version}`;
const wrong = rows.filter(({ cell, recorder }) => recorder.some((outcome) => outcome !== cell.app));
const text = `# What others hide

Load tools count what they were made to count: answers. Here each is sent to a server that does one thing to every request,
and what it says is held against what was done. Written by \`node --import tsx bench/what-others-hide.ts\`; the same server
is the measure of midflight's own tests (\`test/support/fault-server\`).

Measured with ${versions}, on ${cpus().length} cores; ${count} requests each, time-outs of ${timeoutSeconds} s.

The first three columns are the outcomes that midflight records, by its own recorder, and through autocannon and k6 as
\`kind: autocannon\` and \`kind: k6\` of a scenario run them. What is *slanted* is not the right word: that engine cannot
tell it from something else. \`unclear\` is lost, nobody knows how; \`local-error\` makes the trial unknown.

The last two are the tools by themselves, with their defaults, in their own figures. A tool **hides** losses that stand
nowhere in them, **forgets** requests to a healthy server likewise, **says** good of what was cut, and **invents** losses where HTTP's
framing was kept. The server ends each connection when it has done its deed, as any server may; a client that keeps
connections has sent its next request by then, and autocannon counts that one nowhere.

| what the server does | midflight | its autocannon | its k6 | autocannon alone | k6 alone |
| --- | --- | --- | --- | --- | --- |
${rows.map(lineOf).join('\n')}

midflight's recorder is wrong in ${wrong.length} of ${rows.length}. An answer whose body has gaps, or ends early in an orderly way, is
whole by HTTP's framing: only a numbered body shows it, so the tools alone are not blamed for that.

## Kept connections

The server answers the first request of each connection and closes it at the second, without an answer.

| tool alone | requests | left without an answer | what it says |
| --- | --- | --- | --- |
${kept.join('\n')}

A request that was lost on a kept connection is sent again by k6's HTTP client, and the second answer is all that is
counted. So midflight's \`kind: k6\` makes a connection for each request, and does not let a script change that unless the
scenario says \`keepAlive: true\`.

## Requests that a tool cuts itself

k6, with a \`gracefulStop\` shorter than its requests and ${cut}.

midflight's own script never does that; of a script of yours it counts what was interrupted, and makes the trial unknown.
`;
writeFileSync(join(packageRoot(), 'docs', 'what-others-hide.md'), text);
