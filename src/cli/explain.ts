import type { LostRequest, TrialDetail } from '../analysis/detail.ts';
import { analysis } from '../analysis/index.ts';
import { clusterTime } from '../analysis/time.ts';
import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { visibleJson, visibleLine } from '../base/visible.ts';
import { eachEvent } from '../history/reader.ts';
import type { EventOf } from '../history/schema.ts';
import { lostCells, lostCount, lostTitles } from '../reports/lost-words.ts';
import type { RequestEvents } from '../reports/story.ts';
import { storyLines } from '../reports/story.ts';
import { folded, table, wrap } from '../reports/table.ts';
import { columnsOf, type Io } from './io.ts';
import { historyAt } from './report-again.ts';
import { recordsOf } from './request-records.ts';

/** The story of one request; without one, every lost request of the run. Exit 64: there is no such request. */
export async function explain(
  path: string,
  request: string | undefined,
  { json }: { readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const { history } = historyAt(path);
  const details: TrialDetail[] = [];
  const found = analysis({ onDetail: (detail) => details.push(detail) });
  let header: EventOf<'header'> | null = null;
  const starts = new Map<number, number>();
  const ending = await eachEvent(history, (event) => {
    if (event.type === 'header') header = event;
    if (event.type === 'trial-start') starts.set(event.trial, event.t);
    found.take(event);
  });
  found.report(ending);
  if (request === undefined) listAll(details, json, io);
  else {
    const timeScale = (header as EventOf<'header'> | null)?.plan.timeScale ?? 1;
    const records = await recordsOf(history, request, timeScale);
    if (records === null) throw unknownRequest(request, path, details);
    printStory(records, { details, timeScale, startedAt: starts.get(records.start.trial) ?? 0, json }, io);
  }
  return exitCodes.pass;
}

interface StoryOptions {
  readonly details: readonly TrialDetail[];
  readonly timeScale: number;
  readonly startedAt: number;
  readonly json: boolean;
}

function printStory(
  records: RequestEvents,
  { details, timeScale, startedAt, json }: StoryOptions,
  io: Io,
): void {
  const time = clusterTime(timeScale);
  const detail = details.find(({ index }) => index === records.start.trial);
  if (detail === undefined) throw new MidflightError('internal', `no trial ${records.start.trial}`);
  const lost = detail.lost.find(({ id }) => id === records.start.id) ?? null;
  if (json) {
    const { policy, repeat, index } = detail;
    print({ trial: { index, policy, repeat }, lost, records }, io);
    return;
  }
  const lines = storyLines({ ...records, detail, lost, since: (t) => time.seconds(startedAt, t) });
  const columns = columnsOf(io.stdout);
  const fitted = lines.map(visibleIndented).flatMap((line) => {
    const indent = line.startsWith('  ') ? '  ' : '';
    const broken = wrap(line.trimStart(), columns - indent.length, '  ').map((one) => indent + one);
    return broken.length === 0 ? [''] : folded(broken, columns);
  });
  io.stdout.write(`${fitted.join('\n')}\n`);
}

const visibleIndented = (line: string) =>
  line.startsWith('  ') ? `  ${visibleLine(line)}` : visibleLine(line);

function listAll(details: readonly TrialDetail[], json: boolean, io: Io): void {
  if (json) {
    print(
      details.flatMap(({ index, policy, repeat, lost }) =>
        lost.map((one: LostRequest) => ({ trial: index, policy, repeat, ...one })),
      ),
      io,
    );
    return;
  }
  const rows = details.flatMap((detail) => detail.lost.map((one) => lostCells(one, detail).map(visibleLine)));
  const { stdout } = io;
  if (rows.length === 0) {
    stdout.write('no request was lost\n');
    return;
  }
  const columns = columnsOf(stdout);
  const wide = table([[...lostTitles], ...rows], columns);
  const lines =
    wide ??
    rows.flatMap(([id = '', ...cells]) => [
      id,
      ...cells.flatMap((cell, at) =>
        folded(wrap(`${lostTitles[at + 1]}: ${cell}`, columns - 2, '  '), columns - 2).map(
          (one) => `  ${one}`,
        ),
      ),
    ]);
  stdout.write(`${lines.join('\n')}\n${lostCount(rows.length)}\n`);
}

function print(value: unknown, { stdout }: Io): void {
  stdout.write(`${visibleJson(JSON.stringify(value, null, 2))}\n`);
}

function unknownRequest(id: string, where: string, details: readonly TrialDetail[]): MidflightError {
  const some = details.flatMap(({ lost }) => lost.map((one) => one.id)).slice(0, 3);
  const hint =
    some.length === 0
      ? 'no request was lost in this run'
      : `lost requests are ${some.join(', ')}${some.length < 3 ? '' : ', …'}; midflight explain DIR lists all`;
  return new MidflightError('bad-usage', `there is no request '${id}'`, { where, hint });
}
