import type * as z from 'zod';
import type { Problem } from './error.ts';
import { keysAt, wantsDuration } from './keys.ts';
import { nearest } from './nearest.ts';
import { aDuration } from './parts/scalars.ts';
import { show, showName } from './show.ts';

type Issue = z.core.$ZodIssue;

/** A problem whose words are made when they are asked for: of thousands only some are shown. */
export interface LazyProblem {
  readonly path: readonly PropertyKey[];
  words(): Pick<Problem, 'what' | 'hint'>;
}

/** A schema issue in words: what is wrong, what is allowed, which known word is near. By issue codes, never by messages. */
export function problemsOf(issue: Issue): LazyProblem[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      words: () => unknownKey(path, key, issue.input),
    }));
  }
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
    return issue.issues
      .flatMap(problemsOf)
      .map(({ path: inner, words }) => ({ path: [...path, ...inner], words }));
  }
  return [{ path, words: () => wordsOf(issue) }];
}

type WordedIssue = Exclude<Issue, { code: 'unrecognized_keys' | 'invalid_key' | 'invalid_element' }>;

function wordsOf(issue: WordedIssue): Pick<Problem, 'what' | 'hint'> {
  const key = `'${name(issue.path)}'`;
  switch (issue.code) {
    case 'invalid_type': {
      const must = wantsDuration(issue.path) ? aDuration : article(issue.expected);
      if (issue.input === undefined) return { what: `${key} is missing`, hint: `add it: it is ${must}` };
      const example = exampleOf(issue.input, must);
      return { what: `${key} is ${article(kindOf(issue.input))}`, hint: `it must be ${must}${example}` };
    }
    case 'invalid_value':
      return { what: `${key} is ${show(issue.input)}`, hint: allowed(issue.input, issue.values) };
    case 'invalid_union':
      return ofUnion(issue);
    case 'too_small':
      return {
        what: `${key} ${size(issue)}`,
        hint: `it must ${amount(issue, `at least ${issue.minimum}`, issue.minimum)}`,
      };
    case 'too_big':
      return {
        what: `${key} ${size(issue)}`,
        hint: `it must ${amount(issue, `at most ${issue.maximum}`, issue.maximum)}`,
      };
    case 'custom': {
      const { what, hint } = issue.params ?? {};
      if (typeof what === 'string' && typeof hint === 'string') return { what: `${key} ${what}`, hint };
      return { what: `${key} is ${show(issue.input)}`, hint: `it must be ${issue.message}` };
    }
    case 'invalid_format':
      return { what: `${key} is ${show(issue.input)}`, hint: `it must be ${issue.message}` };
    case 'not_multiple_of':
      return { what: `${key} is ${show(issue.input)}`, hint: `it must be a multiple of ${issue.divisor}` };
  }
}

/** A union discriminated by a word (`kind`), or one of plain forms. */
function ofUnion(issue: Extract<Issue, { code: 'invalid_union' }>): Pick<Problem, 'what' | 'hint'> {
  const { path } = issue;
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
  if (options.length > 0) {
    const input = valueAt(issue.input, path.at(-1));
    return { what: `'${name(path)}' is ${show(input)}`, hint: allowed(input, options) };
  }
  const inner = issue.errors.flat();
  const words = inner.flatMap((one) => ('values' in one ? one.values : []));
  const forms = [...new Set(inner.flatMap((one) => ('expected' in one ? [article(one.expected)] : [])))];
  const bounds = inner.flatMap((one) => {
    if (one.code === 'too_small') return [`at least ${one.minimum}`];
    return one.code === 'too_big' ? [`at most ${one.maximum}`] : [];
  });
  const hint = [
    ...(words.length > 0 ? [allowed(issue.input, words)] : []),
    ...(bounds.length > 0 ? [`a number must be ${bounds.join(' and ')}`] : []),
    ...(forms.length > 0 && bounds.length === 0 ? [`it must be ${forms.join(' or ')}`] : []),
  ].join('; or ');
  return { what: `'${name(path)}' is ${show(issue.input)}`, hint };
}

function unknownKey(
  path: readonly PropertyKey[],
  key: string,
  input: unknown,
): Pick<Problem, 'what' | 'hint'> {
  const known = keysAt(path, input);
  const near = nearest(key, known);
  const list = known.length > 0 ? `allowed here: ${known.join(', ')}` : null;
  const hint = near === undefined ? list : `did you mean '${near}'? ${list ?? ''}`.trim();
  return { what: `unknown key '${showName(key)}'`, hint };
}

function allowed(input: unknown, values: readonly unknown[]): string {
  const words = values.map(String);
  const near = typeof input === 'string' ? nearest(input, words) : undefined;
  const list = `allowed: ${words.join(', ')}`;
  return near === undefined ? list : `did you mean '${near}'? ${list}`;
}

interface Sized {
  readonly origin: string;
  readonly input?: unknown;
}

function size({ origin, input }: Sized): string {
  if (origin === 'array') return `has ${Array.isArray(input) ? input.length : 'too many'} items`;
  if (origin === 'string') return `has ${typeof input === 'string' ? input.length : 'too many'} characters`;
  return `is ${show(input)}`;
}

function amount({ origin }: Sized, words: string, bound: number | bigint): string {
  const unit = { array: 'item', string: 'character' }[origin];
  return unit === undefined ? `be ${words}` : `have ${words} ${unit}${Number(bound) === 1 ? '' : 's'}`;
}

/** What was meant, for the slips that people make most: YAML 1.1's words, texts without quotes, numbers without a unit. */
function exampleOf(input: unknown, must: string): string {
  if (must === kinds.boolean && typeof input === 'string') {
    if (/^(yes|on|y)$/i.test(input)) return ': write true';
    if (/^(no|off|n)$/i.test(input)) return ': write false';
  }
  if (must === aDuration && typeof input === 'number') return `: write ${input}s if these are seconds`;
  if (must === kinds.string && (typeof input === 'number' || typeof input === 'boolean'))
    return `: write "${input}", with the quotes`;
  return '';
}

function valueAt(input: unknown, key: PropertyKey | undefined): unknown {
  if (typeof input !== 'object' || input === null || key === undefined) return input;
  return Object.getOwnPropertyDescriptor(input, key)?.value;
}

const name = (path: readonly PropertyKey[]) =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? showName(String(part)) : `${text}.${showName(String(part))}`;
  }, '') || 'the file';

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'array';
  if (input === null) return 'null';
  return typeof input === 'number' && !Number.isInteger(input) ? 'fraction' : typeof input;
}

const kinds = {
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'empty',
  fraction: 'a number with a fraction',
} as const;

const article = (kind: string): string =>
  Object.entries(kinds).find(([known]) => known === kind)?.[1] ?? kind;
