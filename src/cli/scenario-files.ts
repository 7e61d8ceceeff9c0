import { errnoOf, MidflightError, messageOf } from '../base/errors.ts';
import { type LoadedScenario, loadScenario, loadStream } from '../scenario/load.ts';
import { stdinName, stdinWord } from '../scenario/source.ts';
import type { Io } from './io.ts';
import { scenarioPath } from './shipped.ts';

/** Throws `bad-usage` unless there are files, and standard input is read once at most. */
export function checkFiles(files: readonly string[]): void {
  if (files.length === 0) throw bad('no scenario file was named', 'name one, or - for standard input');
  if (files.filter((file) => file === stdinWord).length > 1)
    throw bad('standard input (-) can be read only once', 'name - once');
}

/** A scenario file, an experiment of midflight's own by its name, or standard input for `-`. */
export async function openScenario(file: string, { stdin }: Io): Promise<LoadedScenario> {
  if (file !== stdinWord) return loadScenario(scenarioPath(file));
  try {
    return await loadStream(stdin ?? nothing());
  } catch (error) {
    if (error instanceof MidflightError || errnoOf(error) === undefined) throw error;
    // Closed, or a folder.
    throw new MidflightError('missing-file', `standard input cannot be read: ${messageOf(error)}`, {
      where: stdinName,
      hint: 'pipe a scenario into it, or name a file',
    });
  }
}

async function* nothing(): AsyncIterable<never> {}

const bad = (what: string, hint: string) => new MidflightError('bad-usage', what, { hint });
