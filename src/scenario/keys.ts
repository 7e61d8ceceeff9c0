import { z } from 'zod';
import { scenario } from './schema.ts';

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** The keys that the schema knows at a path, of all the forms that may stand there. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  const root = z.toJSONSchema(scenario, { io: 'input', reused: 'inline' }) as JsonSchema;
  const found = path.reduce<JsonSchema[]>(
    (nodes, part) => nodes.flatMap((node) => step(node, part)),
    forms(root),
  );
  return [...new Set(found.flatMap((node) => Object.keys(node.properties ?? {})))];
}

function forms(node: JsonSchema): JsonSchema[] {
  return [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(forms)];
}

function step(node: JsonSchema, part: PropertyKey): JsonSchema[] {
  const next =
    typeof part === 'number' ? node.items : (node.properties?.[String(part)] ?? node.additionalProperties);
  return typeof next === 'object' ? forms(next) : [];
}
