import * as z from 'zod';
import { remembered } from '../base/remember.ts';
import { clusterKeys, clusterNames, clusters } from '../catalogue/clusters.ts';
import { durationPattern } from './parts/scalars.ts';
import { scenario } from './schema.ts';

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly const?: unknown;
  readonly pattern?: string;
}

/** The keys that the schema knows at a path, of all the forms that the value there may have by its `kind`. */
export function keysAt(path: readonly PropertyKey[], value: unknown): string[] {
  const meant = schemasAt(path).filter((node) => mayBe(node, value));
  const keys = new Set(meant.flatMap((node) => Object.keys(node.properties ?? {})));
  return [...keys].filter((key) => isOfUse(key, path));
}

/** False for a key of a provider's block that is for other clusters. */
function isOfUse(key: string, [block, name, ...inside]: readonly PropertyKey[]): boolean {
  const cluster = clusterNames.find((one) => one === name);
  if (block !== 'providers' || cluster === undefined || inside.length > 0) return true;
  return !clusterKeys.some((one) => one === key) || clusters[cluster].keys.some((one) => one === key);
}

/** True if the schema wants a duration at a path. */
export const wantsDuration = (path: readonly PropertyKey[]): boolean =>
  schemasAt(path).some(({ pattern }) => pattern === durationPattern);

/** Making it takes milliseconds; there may be thousands of problems. */
const schemaNamed = remembered(
  () => z.toJSONSchema(scenario, { io: 'input', reused: 'inline' }) as JsonSchema,
);

/** All forms that the schema has for the value at a path. */
const schemasAt = (path: readonly PropertyKey[]): JsonSchema[] =>
  path.reduce<JsonSchema[]>(
    (nodes, part) => nodes.flatMap((node) => step(node, part)),
    forms(schemaNamed('scenario')),
  );

/** False if the schema wants another word (`kind: probe`) than the value has. */
function mayBe({ properties = {} }: JsonSchema, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(properties).every(
    ([key, { const: word }]) => word === undefined || !Object.hasOwn(value, key) || own(value, key) === word,
  );
}

const own = (value: object, key: string): unknown => Object.getOwnPropertyDescriptor(value, key)?.value;

function forms(node: JsonSchema): JsonSchema[] {
  return [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(forms)];
}

function step({ items, properties = {}, additionalProperties }: JsonSchema, part: PropertyKey): JsonSchema[] {
  const named = Object.hasOwn(properties, part) ? properties[String(part)] : additionalProperties;
  const next = typeof part === 'number' ? items : named;
  return typeof next === 'object' ? forms(next) : [];
}
