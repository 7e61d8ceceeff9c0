import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../src/base/package.ts';
import { runCli, sandbox } from '../support/cli.ts';

/*
 * Newer versions of Node.js warn on stderr of what they deprecate, and old ones do when asked to: `punycode` (DEP0040, from
 * 22 on) and `url.parse()` (DEP0169, from 24 on).
 */
const test = suite('warnings of Node.js');
const box = sandbox();
test.after(() => box.remove());

const file = join(packageRoot(), 'experiments', 'baseline.yaml');
const run = (options: string, out: string) =>
  runCli(['run', file, '--repeats', '1', '--policy', 'Cluster', '--out', join(box.reports, out)], {
    ...box,
    env: { ...box.env, NODE_OPTIONS: options },
  });

test('a whole run prints none', async () => {
  const { stderr } = await run('', 'plain');
  assert.not.match(stderr, /^\(node:\d+\)/m);
  assert.match(stderr, 'trial 1/1');
});

test('nor would it on a newer version', async () => {
  const { stderr } = await run('--pending-deprecation', 'pending');
  assert.not.match(stderr, /DEP0040|DEP0169/);
  assert.match(stderr, 'trial 1/1');
});

test.run();
