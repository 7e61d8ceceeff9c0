import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { packageRoot } from '../../base/package.ts';

/** The script that a TestRun starts, and what it imports: names and texts, for one ConfigMap. */
export type ScriptFiles = Readonly<Record<string, string>>;
export const entryFile = 'script.js';

/**
 * A script for runners in pods. Ours waits for the beginning by itself; one of the user's own is wrapped by one that does
 * so before its setup(), and has everything else from it.
 */
export function scriptFiles(script: string, file: string | null): ScriptFiles {
  if (file === null) return { [entryFile]: script };
  const own = `own${extname(file) || '.js'}`;
  return {
    [entryFile]: [
      `import * as own from './${own}';`,
      "import { knock } from './knock.js';",
      `export * from './${own}';`,
      "export const options = { ...own.options, setupTimeout: '24h' };",
      'export function setup() {',
      '  knock();',
      '  return own.setup === undefined ? undefined : own.setup();',
      '}',
      'export default function (data) {',
      '  return own.default(data);',
      '}',
      '',
    ].join('\n'),
    [own]: script,
    'knock.js': readFileSync(join(packageRoot(), 'dist', 'k6-knock.js'), 'utf8'),
  };
}
