import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { analysis } from '../analysis/index.ts';
import { report as reportSchema } from '../analysis/schema.ts';
import { MidflightError, messageOf } from '../base/errors.ts';
import { eachEvent } from '../history/reader.ts';
import type { Analyse, ReadReport } from './types.ts';

export const readReport: ReadReport = async (path) => {
  const file = fileIn(path, 'report.json');
  try {
    return reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const what = `not a report.json of this version of midflight: ${messageOf(error)}`;
    const hint = 'midflight report FOLDER writes it again from the history';
    throw new MidflightError('bad-usage', what, { where: file, hint, cause: error });
  }
};

export const analyse: Analyse = async (path) => {
  const found = analysis();
  const ending = await eachEvent(fileIn(path, 'history.ndjson'), (event) => {
    found.take(event);
  });
  return found.report(ending);
};

function fileIn(path: string, name: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  const file = stats?.isDirectory() === true ? join(path, name) : path;
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
  throw new MidflightError('missing-file', `there is no ${name}`, { where: path });
}
