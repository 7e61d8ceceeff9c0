/*
 * What Jenkins' xUnit plugin takes as JUnit: the rules of its schema for the elements that are used here (jenkinsci/xunit-plugin,
 * junit-10.xsd), which is stricter than Jenkins' own JUnit plugin, GitLab and GitHub's actions are, and those of XML 1.0.
 */

interface Rule {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly children: readonly string[];
  readonly text?: true;
}

const problem: Rule = { required: [], optional: ['message', 'type'], children: [], text: true };
const output: Rule = { required: [], optional: [], children: [], text: true };
const rules: Readonly<Record<string, Rule>> = {
  testsuites: {
    required: [],
    optional: ['name', 'time', 'tests', 'failures', 'errors'],
    children: ['testsuite'],
  },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors'],
    optional: ['time', 'skipped', 'timestamp', 'hostname', 'id', 'package', 'file'],
    children: ['properties', 'testcase', 'system-out', 'system-err'],
  },
  properties: { required: [], optional: [], children: ['property'] },
  property: { required: ['name', 'value'], optional: [], children: [] },
  testcase: {
    required: ['name'],
    optional: ['time', 'classname', 'group'],
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
  },
  error: problem,
  failure: problem,
  skipped: problem,
  'system-out': output,
  'system-err': output,
};

/** Attributes of these names hold counts and seconds. */
const forms: Readonly<Record<string, RegExp>> = {
  tests: /^\d+$/,
  failures: /^\d+$/,
  errors: /^\d+$/,
  skipped: /^\d+$/,
  time: /^\d+(\.\d+)?$/,
  timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/,
};

const token =
  /<\?xml[^?]*\?>|<!\[CDATA\[[\s\S]*?\]\]>|<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|[^<]+|</g;
const reference = /&(?!(?:lt|gt|amp|quot|apos|#x[0-9A-F]+|#\d+);)/i;
const forbidden = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
/** A reference to a character that the text itself may not hold is as wrong as the character. */
const isForbidden = (text: string): boolean =>
  forbidden.test(text) ||
  [...text.matchAll(/&#(x?)([0-9A-F]+);/gi)].some(([, hex, digits = '']) =>
    forbidden.test(String.fromCodePoint(Number.parseInt(digits, hex === '' ? 10 : 16))),
  );

/** Everything in which a document is not as those rules have it; empty: it is valid. */
export function junitProblems(xml: string): string[] {
  const problems: string[] = [];
  const open: string[] = [];
  if (isForbidden(xml)) problems.push('a character that XML cannot hold');
  for (const [whole, end, name, attributes = '', closed] of xml.matchAll(token)) {
    const parent = open.at(-1);
    if (name === undefined) {
      const isText = !whole.startsWith('<?xml') && whole.trim() !== '';
      if (isText && !(parent !== undefined && rules[parent]?.text)) problems.push(`text in ${parent}`);
      if (!whole.startsWith('<') && reference.test(whole)) problems.push(`an & in ${parent}`);
      if (whole === '<') problems.push(`a < in ${parent}`);
      continue;
    }
    if (end === '/') {
      if (open.pop() !== name) problems.push(`</${name}> ends ${parent}`);
      continue;
    }
    const allowed = parent === undefined ? ['testsuites'] : (rules[parent]?.children ?? []);
    if (!allowed.includes(name)) problems.push(`${name} in ${parent ?? 'the document'}`);
    problems.push(...attributeProblems(name, attributes));
    if (closed !== '/') open.push(name);
  }
  return open.length === 0 ? problems : [...problems, `${open.join(' ')} not ended`];
}

function attributeProblems(element: string, attributes: string): string[] {
  const found = new Map(
    [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
  const { required = [], optional = [] } = rules[element] ?? {};
  return [
    ...required.filter((name) => !found.has(name)).map((name) => `${element} without ${name}`),
    ...[...found].flatMap(([name, value]) => {
      if (![...required, ...optional].includes(name)) return [`${element} with ${name}`];
      const wrong = reference.test(value) || forms[name]?.test(value) === false;
      return wrong ? [`${name} of ${element}: ${value}`] : [];
    }),
  ];
}
