import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { crossChecks } from './checks/index.ts';
import { mostShown, type PlacedProblem, ScenarioError, type SourcePlace } from './error.ts';
import { type LazyProblem, problemsOf } from './issues.ts';
import { nearest } from './nearest.ts';
import { type Scenario, scenario as schema } from './schema.ts';
import { readScenarioFile, readScenarioStream, stdinName } from './source.ts';
import { exactlyIn, type KeyPath, nearestIn } from './tree.ts';
import { parseText } from './yaml.ts';

export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly file: string;
  /** The file's text as it was read. */
  readonly text: string;
  /** Absolute; other files that the scenario names are beside it. */
  readonly folder: string;
  /** The place of a path's value (of its key, if it has one); undefined for a default. */
  locate(path: KeyPath): SourcePlace | undefined;
  /** The place of the innermost part of a path that the file has. */
  nearest(path: KeyPath): SourcePlace;
}

/** Reads, checks and completes a scenario file. Throws `missing-file`, or ScenarioError with every problem of the file. */
export const loadScenario = (file: string): LoadedScenario => parseScenario(readScenarioFile(file), file);

/** The same from a stream, read to its end; other files that it names are looked for in the working folder. */
export const loadStream = async (input: AsyncIterable<Uint8Array | string>): Promise<LoadedScenario> =>
  parseScenario(await readScenarioStream(input), stdinName);

/** The same from text; `file` is only for messages and for finding other files. */
export function parseScenario(text: string, file: string): LoadedScenario {
  const { value, places, problems, broken, place } = parseText(text);
  const found: Found[] = problems.map(({ offset, what, hint }) => ({
    offset,
    words: () => ({ what, hint }),
  }));
  if (broken) throw errorOf(found, file, place);
  const add = (more: readonly LazyProblem[]) => {
    for (const { path, words } of more) {
      // A problem in the text has been reported; what it then lacks or is instead is not another problem.
      if (problems.some((one) => one.path.every((part, index) => part === path[index]))) continue;
      found.push({ offset: nearestIn(places, path).offset, words });
    }
  };
  const parsed = schema.safeParse(value, { reportInput: true });
  const issues = parsed.success ? [] : lastOfEach(parsed.error.issues);
  add(issues.flatMap(problemsOf));
  const faultless = parsed.success && problems.length === 0;
  const sound = faultless ? parsed.data : soundParts(value, [...issues, ...problems]);
  const folder = dirname(resolve(file));
  add(crossChecks(sound, folder).map(({ path, what, hint }) => ({ path, words: () => ({ what, hint }) })));
  if (!parsed.success || found.length > 0) throw errorOf(found, file, place);
  return {
    scenario: parsed.data,
    file,
    text,
    folder,
    locate: (path) => {
      const part = exactlyIn(places, path);
      return part === undefined ? undefined : place(part.offset);
    },
    nearest: (path) => place(nearestIn(places, path).offset),
  };
}

/** The narrower of two bounds that a value is beyond, which comes last. */
function lastOfEach(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const key = ({ code, path }: z.core.$ZodIssue) => `${code} ${path.map(String).join('\0')}`;
  const beyond = new Map(issues.filter(({ code }) => code === 'too_big').map((issue) => [key(issue), issue]));
  return issues.filter((issue) => (beyond.get(key(issue)) ?? issue) === issue);
}

interface Found extends Pick<LazyProblem, 'words'> {
  readonly offset: number;
}

/** The problems in the order of the file; words are made only for those that are shown. */
function errorOf(
  found: readonly Found[],
  file: string,
  place: (offset: number) => SourcePlace,
): ScenarioError {
  const inOrder = [...found].sort((a, b) => a.offset - b.offset);
  const shown = inOrder
    .slice(0, mostShown)
    .map(({ offset, words }): PlacedProblem => ({ file, ...place(offset), ...words() }));
  return new ScenarioError(shown, inOrder.length - shown.length);
}

type Wrong = z.core.$ZodIssue | { readonly path: KeyPath };

/** The top-level parts that no problem touches, completed with their defaults; a misspelt one is not just absent. */
function soundParts(value: unknown, wrong: readonly Wrong[]): Partial<Scenario> {
  const keys = Object.keys(schema.shape);
  const untrusted = new Set(
    wrong.flatMap((one): unknown[] => {
      const unknown =
        'code' in one && one.code === 'unrecognized_keys' && one.path.length === 0 ? one.keys : [];
      // The first of thousands of unknown keys are enough.
      return [one.path[0], ...unknown.slice(0, mostShown).map((key) => nearest(key, keys))];
    }),
  );
  const shape = Object.fromEntries(Object.entries(schema.shape).filter(([key]) => !untrusted.has(key)));
  return z.object(shape).safeParse(value).data ?? {};
}
