import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli, sandbox } from '../support/cli.ts';

/* No secret that a watch is given reaches a report, the history or the terminal, unless it is asked for. */

const secrets = { query: 'quer7secret', argument: 'arg7secret', header: 'head7secret', file: 'file7secret' };
const box = sandbox();
const seen: string[] = [];
const server = createServer((request, response) => {
  seen.push(`${request.url} ${request.headers.authorization} ${request.headers['x-key']}`);
  response.end('ok');
});

async function watched(name: string, ...more: string[]): Promise<string> {
  writeFileSync(join(box.folder, 'headers'), `X-Key: ${secrets.file}\n`);
  const { port } = server.address() as AddressInfo;
  const ended = await runCli(
    [
      'watch',
      `http://127.0.0.1:${port}/x?key=${secrets.query}`,
      ...['--streams', '1', '--rate', '4', '--duration', '1s', '--stability', '1s', '--out', name],
      ...[
        '--probe-path',
        `/y?key=${secrets.query}`,
        '--header',
        'Authorization: env:TOKEN',
        '--header-file',
        'headers',
      ],
      ...more,
      ...['--', process.execPath, '-e', `'${secrets.argument}'`],
    ],
    { ...box, env: { ...box.env, TOKEN: secrets.header } },
  );
  const files = readdirSync(join(box.folder, name)).map((file) =>
    readFileSync(join(box.folder, name, file), 'utf8'),
  );
  return [ended.stdout, ended.stderr, ...files].join('\n');
}

test.before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));

test('in no output', async () => {
  const all = await watched('hidden');
  assert.ok(
    seen.some((request) => request === `/x?key=${secrets.query} ${secrets.header} ${secrets.file}`),
    'they are sent',
  );
  for (const [where, secret] of Object.entries(secrets)) assert.not.match(all, secret, where);
  assert.match(all, '/x?…');
  assert.match(all, '… (2 arguments)');
});

test('the URL and the command only with --show-command; headers never', async () => {
  const all = await watched('shown', '--show-command');
  assert.match(all, secrets.query);
  assert.match(all, secrets.argument);
  assert.not.match(all, secrets.header);
  assert.not.match(all, secrets.file);
});

test.after(() => {
  server.close();
  server.closeAllConnections();
  box.remove();
});

test.run();
