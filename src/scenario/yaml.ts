import { LineCounter, parseDocument } from 'yaml';
import type { SourcePlace } from './error.ts';
import { type PlainFile, plainFile, type TextProblem } from './plain.ts';
import { noSpace, yamlWords } from './yaml-words.ts';

interface ParsedText extends PlainFile {
  /** True if the text is no YAML at all, so that its value means nothing. */
  readonly broken: boolean;
  /** Line and column (from 1) of an offset. */
  place(offset: number): SourcePlace;
}

/** The path of no part of a file. */
const nowhere = [Symbol('nowhere')];

/** Separators, brackets and lines; parsing takes time for each. */
const mostParts = 100_000;

/** The YAML text as plain values, with all that is wrong with it as YAML. Never throws for what a text may hold. */
export function parseText(text: string): ParsedText {
  const lines = new LineCounter();
  const place = (offset: number): SourcePlace => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), col: Math.max(col, 1) };
  };
  const broken = (problems: readonly TextProblem[]): ParsedText => ({
    value: undefined,
    places: { offset: 0, below: new Map() },
    problems,
    broken: true,
    place,
  });
  const problem = (offset: number, what: string, hint: string): TextProblem => ({
    offset,
    path: nowhere,
    what,
    hint,
  });
  const refused = textProblem(text);
  if (refused !== undefined) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
    lines.addNewLine(0);
    lines.lineStarts.sort((a, b) => a - b);
    return broken([problem(...refused)]);
  }
  try {
    // Duplicate keys are found by plainFile, in linear time.
    const document = parseDocument(text, {
      lineCounter: lines,
      uniqueKeys: false,
      prettyErrors: false,
      strict: true,
      logLevel: 'error',
    });
    const wordsAt = ({ code, pos }: { code: string; pos: readonly [number, number] }) => {
      const { what, hint } = yamlWords(code, text, pos[0]);
      return problem(pos[0], what, hint);
    };
    // Most others follow from the first.
    const [first] = document.errors;
    if (first !== undefined) return broken([wordsAt(first)]);
    const byLine = new Map<number, TextProblem>();
    for (const warning of document.warnings) {
      const { line } = place(warning.pos[0]);
      if (!byLine.has(line)) byLine.set(line, wordsAt(warning));
    }
    const { contents } = document;
    if (contents === null)
      return broken([problem(0, 'the file is empty', 'docs/scenario.md has an example to start from')]);
    const plain = plainFile(contents);
    if (typeof plain.value === 'string') {
      const [, key, value] = /^([A-Za-z][\w-]*):(\S.*)$/.exec(plain.value.slice(0, 200)) ?? [];
      if (key !== undefined && value !== undefined) {
        const { what, hint } = noSpace(key, value);
        return broken([problem(plain.places.offset, what, hint)]);
      }
    }
    // A tag that the parser warns of is known to both: its place is the parser's, its path plainFile's.
    const problems = plain.problems.map((one) => {
      const { line } = place(one.offset);
      const warned = byLine.get(line);
      byLine.delete(line);
      return warned === undefined ? one : { ...warned, path: one.path };
    });
    return { ...plain, problems: [...byLine.values(), ...problems], broken: false, place };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // the stack is used up by nesting
    return broken([problem(0, 'the file is nested too deeply', 'see docs/scenario.md for its form')]);
  }
}

/** What is refused before the text is parsed: where, what, and what to do. */
function textProblem(text: string): [number, string, string] | undefined {
  const nul = text.indexOf('\0');
  if (nul !== -1) return [nul, 'the file holds a NUL character', 'save it as UTF-8 text'];
  const carriage = /\r(?!\n)/.exec(text)?.index;
  if (carriage !== undefined)
    return [
      carriage,
      'this line ends with a carriage return alone',
      'save the file with line ends LF or CR LF',
    ];
  const directive = /^\uFEFF?(?:[ \t]*(?:#[^\n]*)?\r?\n)*%/.exec(text)?.[0];
  if (directive !== undefined)
    return [directive.length - 1, 'lines that begin with % are not supported', 'remove the line'];
  let parts = 0;
  for (const { index } of text.matchAll(/[\n,[{:?*&]|- /g)) {
    parts += 1;
    if (parts > mostParts)
      return [index, `the file has more than ${mostParts} parts`, 'a scenario has a few hundred'];
  }
  return undefined;
}
