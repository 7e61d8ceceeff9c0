import type * as z from 'zod';
import { keysAt, wantsDuration } from './keys.ts';
import { nearest } from './nearest.ts';
import { aDuration } from './parts/words.ts';

export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly what: string;
  readonly hint: string | null;
}

type Issue = z.core.$ZodIssue;

/** A schema issue in words: what is wrong, what is allowed, which known word is near. By issue codes, never by messages. */
export function wordsOf(issue: Issue): Problem[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key, issue.input));
    case 'invalid_type':
      return [
        issue.input === undefined
          ? { path, what: `'${name(path)}' is missing`, hint: `it is ${wanted(issue)}` }
          : {
              path,
              what: `'${name(path)}' is ${article(kindOf(issue.input))}`,
              hint: `it must be ${wanted(issue)}`,
            },
      ];
    case 'invalid_value':
      return [
        { path, what: `'${name(path)}' is ${show(issue.input)}`, hint: allowed(issue.input, issue.values) },
      ];
    case 'invalid_union':
      return ofUnion(issue);
    case 'too_small':
      return [{ path, what: `'${name(path)}' is ${size(issue)}`, hint: `at least ${issue.minimum}` }];
    case 'too_big':
      return [{ path, what: `'${name(path)}' is ${size(issue)}`, hint: `at most ${issue.maximum}` }];
    case 'invalid_format':
    case 'custom':
      return [{ path, what: `'${name(path)}' is ${show(issue.input)}`, hint: `it must be ${issue.message}` }];
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.flatMap(wordsOf).map((inner) => ({ ...inner, path: [...path, ...inner.path] }));
    case 'not_multiple_of':
      return [
        { path, what: `'${name(path)}' is ${show(issue.input)}`, hint: `a multiple of ${issue.divisor}` },
      ];
  }
}

const wanted = ({ path, expected }: Extract<Issue, { code: 'invalid_type' }>) =>
  wantsDuration(path) ? aDuration : article(expected);

/** A union told by a word (`kind`), or one of plain forms. */
function ofUnion(issue: Extract<Issue, { code: 'invalid_union' }>): Problem[] {
  const { path } = issue;
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
  if (options.length > 0) {
    const input = valueAt(issue.input, path.at(-1));
    return [{ path, what: `'${name(path)}' is ${show(input)}`, hint: allowed(input, options) }];
  }
  const words = issue.errors.flat().flatMap((inner) => ('values' in inner ? inner.values : []));
  const forms = issue.errors
    .flat()
    .flatMap((inner) => ('expected' in inner ? [article(inner.expected)] : []));
  const plain = forms.length > 0 ? [`it must be ${[...new Set(forms)].join(' or ')}`] : [];
  const hint = [...(words.length > 0 ? [allowed(issue.input, words)] : []), ...plain].join('; or ');
  return [{ path, what: `'${name(path)}' is ${show(issue.input)}`, hint }];
}

function unknownKey(path: readonly PropertyKey[], key: string, input: unknown): Problem {
  const known = keysAt(path, input);
  const near = nearest(key, known);
  const list = known.length > 0 ? `allowed here: ${known.join(', ')}` : null;
  const hint = near === undefined ? list : `did you mean '${near}'? ${list ?? ''}`.trim();
  return { path: [...path, key], what: `unknown key '${key}'`, hint };
}

function allowed(input: unknown, values: readonly unknown[]): string {
  const words = values.map(String);
  const near = typeof input === 'string' ? nearest(input, words) : undefined;
  const list = `allowed: ${words.join(', ')}`;
  return near === undefined ? list : `did you mean '${near}'? ${list}`;
}

function size(issue: { origin: string; input?: unknown }): string {
  if (issue.origin === 'array') return 'too short or too long a list';
  return issue.origin === 'string' ? 'too short or too long' : show(issue.input);
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function valueAt(input: unknown, key: PropertyKey | undefined): unknown {
  if (typeof input !== 'object' || input === null || key === undefined) return input;
  return Object.getOwnPropertyDescriptor(input, key)?.value;
}

const name = (path: readonly PropertyKey[]) =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  ) || 'the file';

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'array';
  if (input === null) return 'null';
  return typeof input === 'number' && !Number.isInteger(input) ? 'fraction' : typeof input;
}

const kinds: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'empty',
  fraction: 'a number with a fraction',
};

const article = (kind: string) => kinds[kind] ?? kind;
