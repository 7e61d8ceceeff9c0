import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * dist/index.d.ts: the library's types in one file that imports nothing. `src/library/types.ts` as it stands, with the
 * report's type written out from schemas/report.schema.json, which a test holds to the code.
 */
export function declarations(root) {
  const read = (file) => readFileSync(join(root, file), 'utf8');
  const report = JSON.parse(read('schemas/report.schema.json'));
  const types = read('src/library/types.ts')
    .replace(/^import .*\n/gm, '')
    .replace(/^export type \{.*\n/gm, '');
  const values = [...read('src/library/index.ts').matchAll(/^export const (\w+): (\w+)\b/gm)];
  return [
    '// Written by the build.',
    types.trim(),
    `/** report.json, as schemas/report.schema.json describes it. */\nexport type Report = ${typeOf(report, '')};`,
    ...values.map(([, name, type]) => `export declare const ${name}: ${type};`),
    '',
  ].join('\n\n');
}

/** The TypeScript type of a JSON Schema, as zod writes them: no references, no tuples. */
function typeOf(schema, indent) {
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  const many = schema.anyOf ?? schema.oneOf;
  if (many !== undefined) return many.map((one) => typeOf(one, indent)).join(' | ');
  if (Array.isArray(schema.type))
    return schema.type.map((type) => typeOf({ ...schema, type }, indent)).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return `readonly (${typeOf(schema.items ?? {}, indent)})[]`;
    case 'object':
      return objectType(schema, indent);
    default:
      return 'unknown';
  }
}

function objectType({ properties, required = [], additionalProperties }, indent) {
  if (properties === undefined) {
    const value = typeof additionalProperties === 'object' ? typeOf(additionalProperties, indent) : 'unknown';
    return `{ readonly [name: string]: ${value} }`;
  }
  const lines = Object.entries(properties).map(([name, value]) => {
    const doc =
      value.description === undefined ? '' : `${indent}  /** ${value.description.replaceAll('*/', '')} */\n`;
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
    return `${doc}${indent}  readonly ${key}${required.includes(name) ? '' : '?'}: ${typeOf(value, `${indent}  `)};`;
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}
