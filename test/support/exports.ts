import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const importing =
  /(?:^|\n)\s*(import|export)\s+(?:type\s+)?([^;'"]*?)\s*from\s+'(\.[^']+)'|import\(\s*'(\.[^']+)'\s*\)/g;
const declaring =
  /^export (?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm;
const listing = /^export (?:type )?\{([^}]*)\}/gm;

/** The names in `{ a, type b, c as d }`, before their `as` or after it. */
function namesIn(list: string, which: 'first' | 'last'): string[] {
  return list
    .split(',')
    .map((one) => one.replace(/\/\/.*|\btype\s/g, '').trim())
    .filter((one) => one !== '')
    .map((one) => one.split(/\s+as\s+/).at(which === 'first' ? 0 : -1) ?? '');
}

/** What one file exports: its declarations, and what it passes on from others. */
function exportedBy(text: string): string[] {
  return [
    ...[...text.matchAll(declaring)].map(([, name = '']) => name),
    ...[...text.matchAll(listing)].flatMap(([, list = '']) => namesIn(list, 'last')),
  ];
}

/** Exports of these files, as `file: name`, that none of all files imports. A namespace or a dynamic import uses all of a file's. */
export function unusedExports(files: readonly string[], all: readonly string[]): string[] {
  const used = new Map<string, Set<string> | 'all'>();
  for (const file of all) {
    const text = readFileSync(file, 'utf8');
    for (const [, , clause = '', stated, lazy] of text.matchAll(importing)) {
      const from = join(dirname(file), stated ?? lazy ?? '');
      const list = /\{([^}]*)\}/.exec(clause)?.[1];
      const known = used.get(from);
      if (known === 'all') continue;
      if (list === undefined) used.set(from, 'all');
      else used.set(from, new Set([...(known ?? []), ...namesIn(list, 'first')]));
    }
  }
  return files.flatMap((file) => {
    const names = used.get(file);
    if (names === 'all') return [];
    return exportedBy(readFileSync(file, 'utf8'))
      .filter((name) => names?.has(name) !== true)
      .map((name) => `${file}: ${name}`);
  });
}
