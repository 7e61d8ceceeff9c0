import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';

/*
 * Objects held to the published schema of their CustomResourceDefinition, as an API server does it with strict field
 * validation: types, required and unknown fields, enumerations and patterns.
 */

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

interface Published {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: Schema;
}

/** From test/inputs/crds: the file names its repository and commit. */
export const publishedCrd = (kind: string): Published =>
  JSON.parse(readFileSync(join(packageRoot(), 'test', 'inputs', 'crds', `${kind}.json`), 'utf8'));

/** What is wrong with it, one line each; none: it is accepted. */
export function crdProblems({ apiVersion, kind, schema }: Published, object: unknown): string[] {
  const { apiVersion: own, kind: named } = object as { apiVersion?: unknown; kind?: unknown };
  const head = own === apiVersion && named === kind ? [] : [`it is no ${apiVersion} ${kind}`];
  return [...head, ...problems(schema, object, '')];
}

function problems(schema: Schema, value: unknown, path: string): string[] {
  if (schema['x-kubernetes-int-or-string'])
    return wrong(!/^(number|string)$/.test(typeof value), path, value);
  if (!hasType(schema.type, value)) return [`${path}: ${JSON.stringify(value)} is no ${schema.type}`];
  const own = [
    ...wrong(schema.enum !== undefined && !schema.enum.includes(value), path, value),
    ...wrong(schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value)), path, value),
  ];
  if (Array.isArray(value)) {
    const { items = {} } = schema;
    return [...own, ...value.flatMap((one, index) => problems(items, one, `${path}[${index}]`))];
  }
  if (typeof value !== 'object' || value === null) return own;
  const missing = (schema.required ?? []).filter((key) => !(key in value));
  return [
    ...own,
    ...missing.map((key) => `${path}.${key} is missing`),
    // The root's metadata is checked by the API server itself.
    ...Object.entries(value).flatMap(([key, one]) =>
      path === '' && key === 'metadata' ? [] : member(schema, key, one, `${path}.${key}`),
    ),
  ];
}

function member(schema: Schema, key: string, value: unknown, path: string): string[] {
  const known = schema.properties?.[key];
  if (known !== undefined) return problems(known, value, path);
  const { additionalProperties: more } = schema;
  if (typeof more === 'object') return problems(more, value, path);
  const open = more === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  return open || (schema.properties === undefined && schema.type === undefined) ? [] : [`${path} is unknown`];
}

const wrong = (is: boolean, path: string, value: unknown) =>
  is ? [`${path}: ${JSON.stringify(value)} is not allowed`] : [];

function hasType(type: string | undefined, value: unknown): boolean {
  switch (type) {
    case undefined:
      return true;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
