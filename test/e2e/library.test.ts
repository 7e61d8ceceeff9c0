import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../src/base/package.ts';
import type * as Library from '../../src/library/index.ts';
import { sandbox } from '../support/cli.ts';

/* The library as a package gives it: the built file, and the types beside it. */
const test = suite('library');
const box = sandbox();
Object.assign(process.env, { TMPDIR: box.folder, MIDFLIGHT_STATE_DIR: box.folder });
const { watch, readReport, analyse, run }: typeof Library = await import(
  join(packageRoot(), 'dist', 'index.mjs')
);
const sockets = new Set<Socket>();
const server: Server = createServer((_request, response) => {
  response.write('begin\n');
  setTimeout(() => response.end('end\n'), 1500);
});
server.on('connection', (socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const brief = { stability: '1s', rate: 10, streams: 5, stall: '2s' };
test.after(() => {
  server.closeAllConnections();
  server.close();
  box.remove();
});

test('the example of docs/library.md is a test that passes, and its types are those of the package', () => {
  const file = join(packageRoot(), 'examples', 'rollout.test.ts');
  const page = readFileSync(join(packageRoot(), 'docs', 'library.md'), 'utf8');
  assert.is(/```ts example\n([\s\S]*?)```/.exec(page)?.[1], readFileSync(file, 'utf8'));
  const said = execFileSync(process.execPath, ['--import', import.meta.resolve('tsx'), file], {
    cwd: box.folder,
    env: box.env,
    encoding: 'utf8',
  });
  assert.match(said, /Passed: +1\b/);
  const wrong = join(box.folder, 'wrong.mts');
  const root = packageRoot();
  mkdirSync(join(box.folder, 'node_modules'));
  symlinkSync(root, join(box.folder, 'node_modules', 'midflight'));
  writeFileSync(
    wrong,
    "import { watch } from 'midflight';\nconst { report } = await watch('x', { durring: 1 });\nreport.verdict satisfies 'pass';\n",
  );
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const check = (checked: string) =>
    execFileSync(
      tsc,
      [
        ...[
          '--noEmit',
          '--strict',
          '--exactOptionalPropertyTypes',
          '--module',
          'nodenext',
          '--types',
          'node',
        ],
        ...[
          '--typeRoots',
          join(root, 'node_modules', '@types'),
          '--target',
          'es2023',
          '--ignoreConfig',
          checked,
        ],
      ],
      { cwd: root, encoding: 'utf8', stdio: 'pipe' },
    );
  assert.is(check(file), '');
  try {
    check(wrong);
    assert.unreachable('an option that does not exist');
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    assert.match(output, /'durring' does not exist/);
    assert.match(output, /"unknown"/);
  }
});

test('what is lost during a function is counted, and the verdict is a fail', async () => {
  const out = join(box.folder, 'lost');
  const { report, exitCode, folder } = await watch(url, {
    ...brief,
    out,
    maxLost: 0,
    during: async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      for (const socket of sockets) socket.resetAndDestroy();
    },
  });
  assert.is(folder, out);
  assert.ok((report.trials[0]?.requests.lost ?? 0) > 0);
  assert.is(report.verdict, 'fail');
  assert.is(exitCode, 1);
  assert.equal(await readReport(folder), report);
  assert.equal(await analyse(join(folder, 'history.ndjson')), report);
});

test('what the function throws is thrown, and the report is there', async () => {
  const out = join(box.folder, 'thrown');
  const mine = new Error('the rollout failed');
  try {
    await watch(url, { ...brief, out, during: () => Promise.reject(mine) });
    assert.unreachable();
  } catch (error) {
    assert.is(error, mine);
  }
  const { outcome, reason } = await readReport(out);
  assert.is(outcome, 'failed');
  assert.match(String(reason), 'during() threw: the rollout failed');
  assert.ok(existsSync(join(out, 'report.html')));
});

test('an aborted watch ends, with its report, though the function does not', async () => {
  const out = join(box.folder, 'aborted');
  const controller = new AbortController();
  const heard: boolean[] = [];
  const { report, exitCode } = await watch(url, {
    ...brief,
    out,
    signal: controller.signal,
    during: (signal) => {
      signal.addEventListener('abort', () => heard.push(true));
      setTimeout(() => controller.abort(), 200);
      return new Promise(() => {});
    },
  });
  assert.equal([report.outcome, exitCode, heard], ['interrupted', 130, [true]]);
});

test('mistakes are MidflightErrors with a code, before anything starts', async () => {
  const codeOf = (made: Promise<unknown>) =>
    made.then(
      () => 'none',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    );
  assert.is(await codeOf(watch('no url')), 'bad-usage');
  assert.is(await codeOf(watch(url, { duration: 'soon' })), 'bad-usage');
  assert.is(await codeOf(run('nowhere.yaml')), 'missing-file');
  assert.is(await codeOf(run('baseline', { policies: ['Lokal'] })), 'bad-usage');
  assert.is(await codeOf(readReport(box.folder)), 'missing-file');
  assert.is(await codeOf(analyse(join(box.folder, 'nowhere'))), 'missing-file');
});

test.run();
