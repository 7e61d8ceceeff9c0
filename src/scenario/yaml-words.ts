/** A problem in the YAML itself, in words. */
interface YamlWords {
  readonly what: string;
  readonly hint: string;
}

/** Words by the parser's own codes (yaml 2, src/errors.ts ErrorCode); its texts are never shown. */
const words: Readonly<Record<string, YamlWords>> = {
  ALIAS_PROPS: {
    what: 'a reference (*name) has an anchor or a tag of its own',
    hint: 'remove the anchor or tag',
  },
  BAD_ALIAS: { what: 'this reference (*name) has no name', hint: 'put text that begins with * in quotes' },
  BAD_DIRECTIVE: { what: 'lines that begin with % are not supported', hint: 'remove the line' },
  BAD_DQ_ESCAPE: {
    what: 'the text in double quotes has a backslash that means nothing',
    hint: 'write \\\\ for a backslash, or use single quotes',
  },
  BAD_INDENT: {
    what: 'the indentation does not fit, or a bracket or quote is not closed',
    hint: 'indent all keys of one map alike, and close every [, { and quote',
  },
  BAD_PROP_ORDER: { what: 'an anchor or tag is in the wrong place', hint: 'remove it' },
  BAD_SCALAR_START: {
    what: 'a text without quotes cannot begin with this character',
    hint: 'put the text in quotes',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    what: 'a second "key:" follows on the same line',
    hint: 'put each key on a line of its own, and text that contains ": " in quotes',
  },
  BLOCK_IN_FLOW: {
    what: 'a comma is missing, or a list or map by indentation is within [ ] or { }',
    hint: 'put commas between the items',
  },
  KEY_OVER_1024_CHARS: { what: 'the key is longer than 1024 characters', hint: 'use a shorter key' },
  MISSING_CHAR: {
    what: 'a quote, bracket, comma or colon is missing',
    hint: 'check the line for an open quote or bracket and for a key without its colon',
  },
  MULTILINE_IMPLICIT_KEY: {
    what: 'a key goes on over more than one line',
    hint: 'write "key: value" with a space after the colon, each key on a line of its own',
  },
  MULTIPLE_ANCHORS: { what: 'one value has two anchors (&name)', hint: 'keep one of them' },
  MULTIPLE_DOCS: {
    what: 'a second document begins here',
    hint: 'one experiment per file: remove the line --- or ...',
  },
  MULTIPLE_TAGS: { what: 'one value has two tags (!name)', hint: 'remove them' },
  RESOURCE_EXHAUSTION: { what: 'the file is nested too deeply', hint: 'see docs/scenario.md for its form' },
  TAB_AS_INDENT: { what: 'a tab is used for indentation', hint: 'indent with spaces' },
  TAG_RESOLVE_FAILED: {
    what: 'this tag (!name) is not supported',
    hint: 'remove it, or put the text in quotes',
  },
  UNEXPECTED_TOKEN: {
    what: 'this does not fit here',
    hint: 'check the indentation, and put text that contains : # [ ] { } > | in quotes',
  },
};

const other: YamlWords = {
  what: 'this is not valid YAML',
  hint: 'check the indentation, quotes and brackets around it',
};

/** What is wrong at `offset` of the text. The two slips that people make most are named by the line itself. */
export function yamlWords(code: string, text: string, offset: number): YamlWords {
  const line = lineAt(text, offset);
  const [, key, condition] = /([\w.-]+):\s*([<>=!]=?\s*[^\s,}"'#]+)\s*(?:[,}#].*)?$/.exec(line) ?? [];
  if (key !== undefined && condition !== undefined) {
    return {
      what: `the condition of '${key}' has no quotes`,
      hint: `write ${key}: "${condition}", with the quotes`,
    };
  }
  const [, stuck, value] = /^\s*(?:- +)?([A-Za-z][\w-]*):([^\s:/][^:]*)$/.exec(line) ?? [];
  if (stuck !== undefined && value !== undefined) return noSpace(stuck, value.trim());
  return words[code] ?? other;
}

export const noSpace = (key: string, value: string): YamlWords => ({
  what: `'${key}:' has no space after its colon`,
  hint: `write ${key}: ${value}`,
});

/** At most 200 characters of it. */
function lineAt(text: string, offset: number): string {
  const at = Math.min(offset, text.length);
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  return text.slice(start, end === -1 ? undefined : end).slice(0, 200);
}
