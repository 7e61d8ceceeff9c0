import { isMap, isSeq, LineCounter, parseAllDocuments, type Node as YamlNode } from 'yaml';
import * as z from 'zod';
import { MidflightError } from '../../base/errors.ts';
import { yamlWords } from '../../scenario/yaml-words.ts';
import { emptyLists, keyOf, kinds, type Lists, type ManifestPlace, type Snapshot } from '../snapshot.ts';
import { add } from './live.ts';
import { readResources } from './resources.ts';

export interface ManifestFile {
  /** The file as findings show it. */
  readonly file: string;
  readonly text: string;
}

const byKind = new Map(
  [
    ...readResources.map(({ objectKind, into }) => ({ objectKind, into })),
    { objectKind: 'Pod', into: 'pods' } as const,
  ].map(({ objectKind, into }) => [objectKind, into]),
);

const typed = z.looseObject({ kind: z.string(), apiVersion: z.string().optional() });

/**
 * The objects of rendered manifests (`helm template`, `kustomize build`) or of `kubectl get … -o yaml` or `-o json`: many
 * documents a file, Lists opened, kinds that an audit does not read left out. Throws `bad-usage` with file, line and column
 * for what is no YAML, and for an object of a known kind in another form.
 */
export function readManifests(files: readonly ManifestFile[]): Snapshot {
  const lists = emptyLists();
  const places = new Map<string, ManifestPlace>();
  for (const file of files) readFile(file, lists, places);
  return {
    source: { kind: 'manifests', context: null },
    serverVersion: null,
    lists,
    gaps: [],
    places,
  };
}

/** The places of Services in manifests, by `namespace/name`, for findings about a live cluster. */
export const placesOf = (files: readonly ManifestFile[]): ReadonlyMap<string, ManifestPlace> =>
  readManifests(files).places;

function readFile({ file, text }: ManifestFile, lists: Lists, places: Map<string, ManifestPlace>): void {
  const lines = new LineCounter();
  const at = (offset: number): ManifestPlace => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  if (!Array.isArray(documents)) return; // an empty stream
  for (const document of documents) {
    const [problem] = document.errors;
    if (problem !== undefined) {
      const { what, hint } = yamlWords(problem.code, text, problem.pos[0]);
      throw bad(at(problem.pos[0]), what, hint);
    }
    // Aliases are expanded at most a hundred times, which is the library's limit against bombs.
    take(document.contents, toValue(document, at), at, lists, places);
  }
}

function toValue(
  document: { toJS(): unknown; contents: unknown },
  at: (offset: number) => ManifestPlace,
): unknown {
  try {
    return document.toJS();
  } catch {
    throw bad(at(0), 'an alias in this file cannot be resolved', 'write the object out');
  }
}

function take(
  yaml: unknown,
  value: unknown,
  at: (offset: number) => ManifestPlace,
  lists: Lists,
  places: Map<string, ManifestPlace>,
): void {
  const object = typed.safeParse(value);
  if (!object.success) return; // a comment alone, or values of a chart
  const { kind } = object.data;
  if (kind.endsWith('List') && Array.isArray(object.data.items)) {
    const items = isMap(yaml) ? yaml.get('items') : undefined;
    const itemKind = kind === 'List' ? undefined : kind.slice(0, -'List'.length);
    object.data.items.forEach((item: unknown, index) => {
      const withKind = typeof item === 'object' && item !== null ? { kind: itemKind, ...item } : item;
      take(isSeq(items) ? items.items[index] : undefined, withKind, at, lists, places);
    });
    return;
  }
  const into = byKind.get(kind);
  if (into === undefined) return;
  const place = at(offsetOf(yaml));
  const parsed = kinds[into].safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.join('.') ?? '';
    throw bad(
      place,
      `this ${kind} has another form than Kubernetes' at ${path || 'its top'}`,
      'kubectl apply --dry-run=server shows why',
    );
  }
  add(lists, into, [parsed.data]);
  const policy = isMap(yaml) ? yaml.getIn(['spec', 'externalTrafficPolicy'], true) : undefined;
  if (into === 'services') places.set(keyOf(parsed.data), isNode(policy) ? at(offsetOf(policy)) : place);
}

const isNode = (value: unknown): value is YamlNode =>
  typeof value === 'object' && value !== null && 'range' in value;

const offsetOf = (yaml: unknown): number => (isNode(yaml) ? (yaml.range?.[0] ?? 0) : 0);

const bad = ({ file, line, column }: ManifestPlace, what: string, hint: string) =>
  new MidflightError('bad-usage', what, { where: `${file}:${line}:${column}`, hint });
