import * as z from 'zod';
import { scenario } from '../src/scenario/schema.ts';
import type { JsonSchema } from './json-schema.ts';

/*
 * The tables of keys in docs/scenario.md, from the schema itself, so that no default and no key can be forgotten there.
 */

/** One object of the file: where it stands, and its keys. */
interface Section {
  readonly path: string;
  readonly schema: JsonSchema;
}

/** The document with its tables as the schema has them now. */
export function withReference(document: string): string {
  const [begin, end] = ['<!-- keys: written by npm run schemas -->', '<!-- /keys -->'];
  const [before = '', rest] = document.split(begin);
  const [, after] = (rest ?? '').split(end);
  if (after === undefined) throw new Error(`no ${begin} ... ${end}`);
  return `${before}${begin}\n\n${tables()}\n${end}${after}`;
}

/** Every table, in the order of the schema. */
function tables(): string {
  const root = z.toJSONSchema(scenario, { io: 'input' }) as JsonSchema;
  return sections({ path: '', schema: root }).map(tableOf).join('\n');
}

function sections({ path, schema }: Section): Section[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return value.items === undefined ? objectsAt(at, value) : objectsAt(`${at}[]`, value.items);
  });
  return [{ path, schema }, ...inner];
}

function objectsAt(path: string, schema: JsonSchema): Section[] {
  // Each provider's block repeats what stands above it; the first one's table is that of all.
  if (path === 'providers.kind' || path === 'providers.context') return [];
  if (/^providers\.embedded\.(?!images$|edge$)/.test(path)) return [];
  // The two checks have the same keys.
  if (path === 'edge.overrides.checks.Local') return [];
  const forms = schema.oneOf ?? [];
  if (forms.length > 0) {
    const own = forms.map((form) => ({
      path: `${path} with kind: ${String(form.properties?.kind?.const)}`,
      schema: form,
    }));
    // What several forms have in common is shown once.
    const inner = forms.flatMap((form) =>
      Object.entries(form.properties ?? {}).flatMap(([key, value]) => objectsAt(`${path}.${key}`, value)),
    );
    return [...own, ...new Map(inner.map((section) => [section.path, section])).values()];
  }
  return schema.properties === undefined ? [] : sections({ path, schema });
}

function tableOf({ path, schema }: Section): string {
  const rows = Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const must = schema.required?.includes(key) ? 'required' : defaultOf(value);
    return `| \`${key}\` | ${typeOf(value)} | ${must} | ${cell(value.description ?? '')} |`;
  });
  const title = titleOf(path);
  return [
    `### ${title}`,
    '',
    '| key | value | default | what it says |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function titleOf(path: string): string {
  if (path === '') return 'The whole file';
  if (path === 'providers.embedded') return '`providers.embedded`, `providers.kind`, `providers.context`';
  if (path === 'providers.embedded.edge') return '`edge` of a provider';
  if (path === 'providers.embedded.images') return '`providers.kind.images`';
  if (path === 'edge.overrides.checks.Cluster')
    return '`edge.overrides.checks.Cluster`, `edge.overrides.checks.Local`';
  const [where = '', form] = path.split(' with ');
  return form === undefined ? `\`${where}\`` : `\`${where}\` with \`${form}\``;
}

function defaultOf({ default: value }: JsonSchema): string {
  if (value === undefined || value === '') return '';
  const text = JSON.stringify(value);
  return text === '{}' || text === '[]'
    ? ''
    : `\`${typeof value === 'string' ? value : text.replaceAll('"', '')}\``;
}

function typeOf(schema: JsonSchema): string {
  const { const: word, enum: words, anyOf = [], oneOf = [], items, pattern, type, properties } = schema;
  if (word !== undefined) return `\`${String(word)}\``;
  if (words !== undefined) return words.map((one) => `\`${String(one)}\``).join(', ');
  if (anyOf.length > 0) return anyOf.map(typeOf).join(' or ');
  if (oneOf.length > 0) return 'keys';
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (pattern?.includes('ms|s|m|h')) return `duration, ${schema['x-minimum']} to ${schema['x-maximum']}`;
  if (type === 'object') return properties === undefined ? 'keys and texts' : 'keys';
  if (type === 'integer' || type === 'number') return numberOf(schema);
  return type === 'boolean' ? 'true, false' : 'text';
}

function numberOf({ type, minimum, maximum }: JsonSchema): string {
  const name = type === 'integer' ? 'whole number' : 'number';
  if (minimum === undefined) return name;
  // Zod bounds every integer by what a double holds exactly; that is no limit worth telling.
  const open = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER;
  return open ? `${name}, at least ${minimum}` : `${name}, ${minimum} to ${maximum}`;
}

const cell = (text: string) => text.replaceAll('|', '\\|');
