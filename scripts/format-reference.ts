import type { JsonSchema } from './json-schema.ts';
import { jsonSchemas } from './json-schemas.ts';

/*
 * docs/formats.md: the fields of report.json and of each kind of history line, from the schemas that check them.
 */

export function formatReference(): string {
  const report = schemaOf('report.schema.json');
  const history = schemaOf('history.schema.json');
  return [
    '# Formats: report.json and history.ndjson',
    '',
    'Written from the schemas by `npm run schemas`. The whole schemas, with limits and patterns, are in',
    '[schemas/](../schemas); [report.md](report.md) explains the figures, [history.md](history.md) how a history is checked,',
    '[versioning.md](versioning.md) what may change. Times in a history (`t` and every field that ends in `At`) are',
    'nanoseconds of the monotonic clock. A name with `?` may be absent.',
    '',
    '## report.json',
    '',
    ...sections('', report),
    '## history.ndjson: one line of each type',
    '',
    ...(history.oneOf ?? history.anyOf ?? []).flatMap((line) => [
      `### \`${String(line.properties?.type?.const)}\``,
      '',
      ...fields(line),
    ]),
  ].join('\n');
}

const schemaOf = (name: string) => JSON.parse(jsonSchemas().get(name) ?? '{}') as JsonSchema;

/** An object's table, then those of the objects in it. */
function sections(path: string, schema: JsonSchema): string[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const { suffix, object } = objectIn(value);
    return object === null ? [] : sections(`${path}${path === '' ? '' : '.'}${name}${suffix}`, object);
  });
  const title = path === '' ? [] : [`### \`${path}\``, ''];
  return [...title, ...fields(schema), ...inner];
}

/** The object that a field holds, by itself, in a list, or as one of two forms. */
function objectIn(schema: JsonSchema): { suffix: string; object: JsonSchema | null } {
  if (schema.properties !== undefined) return { suffix: '', object: schema };
  if (schema.items !== undefined) {
    const { suffix, object } = objectIn(schema.items);
    return { suffix: `[]${suffix}`, object };
  }
  for (const form of schema.anyOf ?? []) {
    const found = objectIn(form);
    if (found.object !== null) return found;
  }
  return { suffix: '', object: null };
}

function fields({ properties = {}, required = [], description }: JsonSchema): string[] {
  const entries = Object.entries(properties).filter(([, value]) => value.const === undefined);
  const text = description === undefined ? [] : [description, ''];
  if (entries.length === 0) return text;
  const explained = entries.some(([, value]) => value.description !== undefined);
  const row = (cells: readonly string[]) => `| ${cells.slice(0, explained ? 3 : 2).join(' | ')} |`;
  const rows = entries.map(([name, value]) =>
    row([`\`${name}${required.includes(name) ? '' : '?'}\``, typeOf(value), cell(value.description ?? '')]),
  );
  return [...text, row(['field', 'value', 'meaning']), row(['---', '---', '---']), ...rows, ''];
}

function typeOf({
  const: word,
  enum: words,
  anyOf,
  oneOf,
  items,
  type,
  additionalProperties,
}: JsonSchema): string {
  if (word !== undefined) return `\`${String(word)}\``;
  if (words !== undefined) return words.map((one) => `\`${String(one)}\``).join(', ');
  const forms = anyOf ?? oneOf;
  if (forms !== undefined) return [...new Set(forms.map(typeOf))].join(' or ');
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (typeof additionalProperties === 'object') return `map of ${typeOf(additionalProperties)}`;
  return type === undefined ? 'any' : [type].flat().join(' or ');
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
