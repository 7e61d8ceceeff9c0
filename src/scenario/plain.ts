import { isAlias, isCollection, isMap, isScalar, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { show, showName } from './show.ts';
import type { KeyPath, Tree } from './tree.ts';

/** A mistake that the value alone does not show any more. */
export interface TextProblem {
  readonly offset: number;
  readonly path: KeyPath;
  readonly what: string;
  readonly hint: string;
}

export interface PlainFile {
  readonly value: unknown;
  readonly places: Tree;
  readonly problems: readonly TextProblem[];
}

/** More than any scenario needs, and little enough for every check to be quick. */
const limits = { depth: 30, items: 1000, references: 100, values: 200_000 };

const plainTags = ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map(
  (name) => `tag:yaml.org,2002:${name}`,
);

/** What a parsed document holds, as plain values with their places; nothing of YAML that a reader would not expect. */
export function plainFile(contents: unknown): PlainFile {
  const problems: TextProblem[] = [];
  const anchors = new Map<string, unknown>();
  const open = new Set<unknown>();
  let [references, values] = [0, 0];

  const refuse = (offset: number, path: KeyPath, what: string, hint: string) => {
    problems.push({ offset, path, what, hint });
    return undefined;
  };

  /** `depth`: of the value; `tree`: records the places of its parts. */
  function convert(node: unknown, path: KeyPath, tree: Tree): unknown {
    values += 1;
    if (values > limits.values) {
      if (values === limits.values + 1)
        refuse(
          tree.offset,
          path,
          'the file repeats itself too often',
          'write the values out, without references',
        );
      return null;
    }
    if (isAlias(node)) return referenced(node.source, offsetOf(node), path, tree);
    if (!isScalar(node) && !isCollection(node)) return null;
    const { anchor, tag } = node;
    if (anchor !== undefined) anchors.set(anchor, node);
    if (tag !== undefined && tag !== '!' && !plainTags.includes(tag)) {
      const name = tag.replace('tag:yaml.org,2002:', '!!');
      return refuse(offsetOf(node), path, `the tag ${showName(name)} is not supported`, 'remove the tag');
    }
    if (isScalar(node)) return scalarOf(node, path);
    if (path.length > limits.depth)
      return refuse(
        offsetOf(node),
        path,
        'the file is nested too deeply',
        'see docs/scenario.md for its form',
      );
    open.add(node);
    const value = isMap(node) ? mapOf(node, path, tree) : listOf(node as YAMLSeq, path, tree);
    open.delete(node);
    return value;
  }

  function referenced(name: string, offset: number, path: KeyPath, tree: Tree): unknown {
    references += 1;
    if (references > limits.references) {
      if (references > limits.references + 1) return null;
      const what = `there are more than ${limits.references} references (*name)`;
      return refuse(offset, path, what, 'write the values out');
    }
    const target = anchors.get(name);
    if (target === undefined) {
      const hint = 'name an anchor that comes before it, or put text that begins with * in quotes';
      return refuse(offset, path, `there is no anchor &${showName(name)} above this`, hint);
    }
    if (open.has(target))
      return refuse(
        offset,
        path,
        `*${showName(name)} refers to a part that it is in itself`,
        'write the value out',
      );
    return convert(target, path, tree);
  }

  function scalarOf(node: Scalar, path: KeyPath): unknown {
    const { value, source = '' } = node;
    const offset = offsetOf(node);
    if (typeof value === 'string') {
      const [odd] =
        /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.exec(value.replaceAll(/[\n\t]/g, ' ')) ?? [];
      if (odd === undefined) return value;
      return refuse(offset, path, `the text holds the control character ${show(odd)}`, 'remove it');
    }
    if (typeof value !== 'number') return value;
    if (!Number.isFinite(value)) {
      const isNumber = /^[-+]?\d/.test(source);
      const what = isNumber
        ? `${showName(source)} is too large a number`
        : `${showName(source)} is not a number here`;
      return refuse(offset, path, what, 'write a number such as 5 or 0.5, or put text in quotes');
    }
    if (/^[-+]?(?:0x|0o|0\d)/i.test(source)) {
      const what = `${showName(source)} is not written as a plain decimal number`;
      return refuse(offset, path, what, `write ${value}, or "${showName(source)}" if it is a text`);
    }
    return value;
  }

  function listOf(node: YAMLSeq, path: KeyPath, tree: Tree): unknown[] {
    if (node.items.length > limits.items) {
      const what = `the list has ${node.items.length} items`;
      refuse(offsetOf(node.items[limits.items]), path, what, `at most ${limits.items} are allowed`);
    }
    return node.items.slice(0, limits.items).map((item, index) => {
      const place = { offset: offsetOf(item, tree.offset), below: new Map() };
      tree.below.set(index, place);
      return convert(item, [...path, index], place) ?? null;
    });
  }

  function mapOf(node: YAMLMap, path: KeyPath, tree: Tree): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (const pair of node.items) {
      const { key } = pair;
      const offset = offsetOf(key, offsetOf(pair.value, tree.offset));
      const name = isScalar(key) && key.value !== null ? keyText(key) : undefined;
      const problem =
        name === undefined
          ? { what: 'a key must be a plain text', hint: 'write "key: value"' }
          : keyProblem(name);
      if (name === undefined || problem !== undefined) {
        refuse(offset, [...path, name ?? ''], problem?.what ?? '', problem?.hint ?? '');
        continue;
      }
      if (tree.below.has(name)) {
        refuse(offset, [...path, name], `duplicate key '${showName(name)}'`, 'keep one of them');
        continue;
      }
      const place = { offset, below: new Map() };
      tree.below.set(name, place);
      const inner = convert(pair.value, [...path, name], place);
      if (inner !== undefined) value[name] = inner;
    }
    return value;
  }

  const places = { offset: offsetOf(contents), below: new Map() };
  return { value: convert(contents, [], places), places, problems };
}

const keyText = ({ value, source }: Scalar) =>
  typeof value === 'string' ? value : (source ?? String(value));

function keyProblem(name: string): { what: string; hint: string } | undefined {
  if (name === '<<') return { what: "merge keys ('<<') are not supported", hint: 'write the keys out' };
  if (name === '__proto__')
    return { what: `unknown key '${name}'`, hint: 'remove it: this name cannot be used' };
  if (name === '') return { what: 'the key is empty', hint: 'write "key: value"' };
  return undefined;
}

/** The offset at which a node begins in the text. */
function offsetOf(node: unknown, otherwise = 0): number {
  const known = isScalar(node) || isCollection(node) || isAlias(node);
  return (known ? node.range?.[0] : undefined) ?? otherwise;
}
