import * as z from 'zod';
import { durationPattern } from './parts/words.ts';
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
  return [...new Set(meant.flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** True where the schema wants a duration at a path. */
export function wantsDuration(path: readonly PropertyKey[]): boolean {
  return schemasAt(path).some(({ pattern }) => pattern === durationPattern);
}

/** All forms that the schema has for what stands at a path. */
function schemasAt(path: readonly PropertyKey[]): JsonSchema[] {
  const root = z.toJSONSchema(scenario, { io: 'input', reused: 'inline' }) as JsonSchema;
  return path.reduce<JsonSchema[]>((nodes, part) => nodes.flatMap((node) => step(node, part)), forms(root));
}

/** False where the schema wants another word (`kind: probe`) than the value has. */
function mayBe({ properties = {} }: JsonSchema, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const own = new Map<string, unknown>(Object.entries(value));
  return Object.entries(properties).every(
    ([key, { const: word }]) => word === undefined || !own.has(key) || own.get(key) === word,
  );
}

function forms(node: JsonSchema): JsonSchema[] {
  return [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(forms)];
}

function step(node: JsonSchema, part: PropertyKey): JsonSchema[] {
  const next =
    typeof part === 'number' ? node.items : (node.properties?.[String(part)] ?? node.additionalProperties);
  return typeof next === 'object' ? forms(next) : [];
}
