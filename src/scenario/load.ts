import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Document, isCollection, isMap, LineCounter, type Node, parseDocument } from 'yaml';
import * as z from 'zod';
import { errnoOf, MidflightError, messageOf } from '../base/errors.ts';
import { crossChecks } from './cross-checks.ts';
import { type Fault, type Place, ScenarioError } from './error.ts';
import { wordsOf } from './issues.ts';
import { nearest } from './nearest.ts';
import { type Scenario, scenario as schema } from './schema.ts';

export type KeyPath = readonly PropertyKey[];

export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly file: string;
  /** Absolute; other files that the scenario names are beside it. */
  readonly folder: string;
  /** Where the value of a path stands (its key, where it has one); undefined where it is a default. */
  locate(path: KeyPath): Place | undefined;
}

/** Reads, checks and completes a scenario file. Throws `missing-file`, or ScenarioError with every fault of the file. */
export function loadScenario(file: string): LoadedScenario {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
  return parseScenario(text, file);
}

function unreadable(file: string, error: unknown): MidflightError {
  const why: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a folder, and not a scenario file',
    EACCES: 'it may not be read',
  };
  const what = why[errnoOf(error) ?? ''] ?? `it cannot be read: ${messageOf(error)}`;
  const near = nearest(basename(file), scenariosBeside(file));
  const hint = near === undefined ? {} : { hint: `did you mean ${join(dirname(file), near)}?` };
  return new MidflightError('missing-file', what, { where: file || "''", ...hint });
}

/** YAML files beside a file, by name. */
function scenariosBeside(file: string): string[] {
  try {
    return readdirSync(dirname(file)).filter((name) => /\.ya?ml$/.test(name));
  } catch {
    return []; // no such folder
  }
}

/** The same from text; `file` is only for messages and for finding other files. */
export function parseScenario(text: string, file: string): LoadedScenario {
  const lines = new LineCounter();
  // 100 aliases are more than any scenario needs; a bomb of them stops here.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true });
  const fault = (offset: number, what: string, hint: string | null): Fault => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), col: Math.max(col, 1), what, hint };
  };
  if (document.errors.length > 0) {
    throw new ScenarioError(
      document.errors.map(({ pos, code, message }) =>
        fault(pos[0], yamlFault(code, message), yamlHint(code)),
      ),
    );
  }
  if (document.contents === null)
    throw new ScenarioError([fault(0, 'the file is empty', 'see docs/scenario.md')]);
  const value = plainValue(document, fault);
  const locate = (path: KeyPath) => {
    const offset = offsetOf(document, path);
    if (offset === undefined) return undefined;
    const { line, col } = lines.linePos(offset);
    return { line, col };
  };
  const at = (path: KeyPath, what: string, hint: string | null) =>
    fault(nearestOffset(document, path), what, hint);
  const parsed = schema.safeParse(value, { reportInput: true });
  const folder = dirname(resolve(file));
  const sound = parsed.success ? parsed.data : soundParts(value, parsed.error.issues);
  const faults = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => faultsOf(issue, at))),
    ...crossChecks(sound, folder).map(({ path, what, hint }) => at(path, what, hint)),
  ];
  if (!parsed.success || faults.length > 0) throw new ScenarioError(sorted(faults));
  return { scenario: parsed.data, file, folder, locate };
}

/** The top-level parts that no issue touches, completed with their defaults; a misspelt one is not just absent. */
function soundParts(value: unknown, issues: readonly z.core.$ZodIssue[]): Partial<Scenario> {
  const keys = Object.keys(schema.shape);
  const faulty = issues.flatMap((issue) => {
    const misspelt = issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [];
    return [issue.path[0], ...misspelt.map((key) => nearest(key, keys))];
  });
  const shape = Object.fromEntries(Object.entries(schema.shape).filter(([key]) => !faulty.includes(key)));
  return z.object(shape).safeParse(value).data ?? {};
}

type FaultAt = (path: KeyPath, what: string, hint: string | null) => Fault;

function plainValue(
  document: Document,
  fault: (offset: number, what: string, hint: string) => Fault,
): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ScenarioError([
      fault(0, firstLine(messageOf(error)), 'write the values out instead of aliases'),
    ]);
  }
}

function faultsOf(issue: z.core.$ZodIssue, at: FaultAt): Fault[] {
  return wordsOf(issue).map(({ path, what, hint }) => at(path, what, hint));
}

function sorted(faults: Fault[]): Fault[] {
  return faults.sort((a, b) => a.line - b.line || a.col - b.col || a.what.localeCompare(b.what));
}

const firstLine = (text: string) => (text.split('\n')[0] ?? text).replace(/ at line \d+, column \d+:?$/, '');

function yamlFault(code: string, message: string): string {
  return code === 'MULTIPLE_DOCS' ? 'a second document begins here' : firstLine(message);
}

function yamlHint(code: string): string | null {
  if (code === 'DUPLICATE_KEY') return 'each key may stand once';
  if (code === 'MULTIPLE_DOCS') return 'one experiment in each file: take out the line ---';
  if (code === 'TAB_AS_INDENT') return 'indent with spaces';
  if (code === 'BAD_INDENT' || code === 'MISSING_CHAR')
    return 'check the indentation and the quotes around it';
  return null;
}

/** Where the key of a path stands, or the item of a list. */
function offsetOf(document: Document, path: KeyPath): number | undefined {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => String(keyText(key)) === String(last));
    return (pair?.key as Node | undefined)?.range?.[0];
  }
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

/** The same, or of the innermost part of the path that the file has. */
function nearestOffset(document: Document, path: KeyPath): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset !== undefined) return offset;
  }
  return 0;
}

function keyText(key: unknown): unknown {
  return typeof key === 'object' && key !== null && 'value' in key ? key.value : key;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && ('range' in value || isCollection(value));
}
