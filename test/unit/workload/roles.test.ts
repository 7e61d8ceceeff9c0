import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { launchChild } from '../../../src/base/child.ts';
import { roleBundle } from '../../../src/base/package.ts';
import type { Message, Protocol } from '../../../src/base/protocol.ts';
import { appProtocol } from '../../../src/workload/app/protocol.ts';
import { ingressProtocol } from '../../../src/workload/ingress/protocol.ts';
import { hostname } from '../../../src/workload/manifests.ts';
import { shortPath, streamPath } from '../../../src/workload/protocol.ts';
import { ask, until } from '../../support/workload.ts';
import '../../support/bundles.ts';

/* The bundles as they are shipped, in processes of their own. */

const launch = <Config, Command extends Message, Report extends Message, Ready>(
  protocol: Protocol<'app' | 'ingress', Config, Command, Report, Ready>,
  config: NoInfer<Config>,
) =>
  launchChild({
    protocol,
    command: process.execPath,
    args: [roleBundle(protocol.role)],
    name: `test-${protocol.role}`,
    config,
    // A user's own PORT is no reason for the app to take it.
    env: { PORT: '1' },
  });
const launchApp = (port = 0) =>
  launch(appProtocol, { role: 'app', host: '127.0.0.1', port, node: 'node-app', pod: 'pod-app' });
const ingressConfig = {
  role: 'ingress',
  host: '127.0.0.1',
  port: 0,
  node: 'node-ingress',
  pod: 'pod-ingress',
  pingHost: '127.0.0.1',
  pingPort: 0,
  upstream: [],
  hostname,
  allowList: [],
  trustedIPs: [],
  graceTimeOutMs: 5000,
  requestAcceptGraceTimeoutMs: 200,
  bindAddress: null,
} as const;
const launchIngress = () =>
  launch(ingressProtocol, { ...ingressConfig, upstream: [], allowList: [], trustedIPs: [] });
const stream = (durationMs: number) => streamPath({ id: 's', durationMs, intervalMs: 50, chunkSize: 64 });

test('app and ingress as roles; `terminate` ends the ingress with 0 after what is in flight', async () => {
  const app = await launchApp();
  const ingress = await launchIngress();
  const events: Message[] = [];
  ingress.onMessage((message) => events.push(message));
  const port = ingress.ready.port;
  assert.is((await ask({ port, path: shortPath('0') })).status, 503);
  ingress.send({ type: 'upstream', endpoints: [{ host: '127.0.0.1', port: app.ready.port }] });
  let status: number | null = 503;
  for (let tries = 0; status === 503 && tries < 100; tries += 1)
    status = (await ask({ port, path: shortPath('1') })).status;
  assert.is(status, 200);
  const running = ask({ port, path: stream(700) });
  await until(() => false, 100);
  ingress.send({ type: 'terminate' });
  const seen = await running;
  assert.ok(seen.reader.complete);
  assert.is(seen.reader.path?.ingressPod, 'pod-ingress');
  const { code, stderr } = await ingress.exited;
  assert.is(`${code} ${stderr}`, '0 ');
  assert.ok(events.some((event) => event.type === 'ingress' && event.id === 's' && event.status === 200));
  await app.stop();
});

test('a command that is not in the protocol, or no message at all, is reported, and the process goes on', async () => {
  const anything: Protocol<'ingress', unknown, Message, Message, { port: number }> = ingressProtocol;
  const ingress = await launch(anything, ingressConfig);
  const reports: string[] = [];
  const two = new Promise<void>((resolve) => {
    ingress.onMessage((message) => {
      reports.push(`${message.type}: ${'reason' in message ? message.reason : ''}`);
      if (reports.length === 2) resolve();
    });
  });
  ingress.send({ type: 'upstream', endpoints: [{ host: '127.0.0.1', port: '80' }] });
  ingress.send({ type: 'rewind' });
  await two;
  assert.equal(reports, [
    "failed: was sent a command, but the message 'upstream' is not in its protocol (endpoints.0.port)",
    "failed: was sent a command, but the message 'rewind' is not in its protocol (type)",
  ]);
  assert.is((await ask({ port: ingress.ready.port, path: shortPath('0') })).status, 503);
  await ingress.stop();
});

test('a configuration that is not as the protocol has it is no start', async () => {
  const config = { role: 'app', host: '127.0.0.1', port: 99_999, node: 'n', pod: 'p' } as const;
  await launch(appProtocol, config).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /test-app \(app\) did not start: [\s\S]*port/),
  );
});

test('SIGTERM has the app finish its streams, `stop` cuts them', async () => {
  for (const how of ['SIGTERM', 'stop'] as const) {
    const app = await launchApp();
    const running = ask({ port: app.ready.port, path: stream(600) });
    await until(() => false, 100);
    if (how === 'SIGTERM') process.kill(app.pid, how);
    else app.send({ type: 'stop' });
    assert.is((await running).reader.complete, how === 'SIGTERM', how);
    assert.is((await app.exited).code, 0, how);
  }
});

test('the app of a pod needs its environment only', async () => {
  const env = { ...process.env, HOST: '127.0.0.1', PORT: '0', NODE_NAME: 'n', POD_NAME: 'p' };
  const child = spawn(process.execPath, [roleBundle('app')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = await once(child.stdout, 'data');
  const port = Number(/:(\d+),/.exec(String(text))?.[1]);
  const seen = await ask({ port, path: shortPath('1') });
  assert.is(`${seen.reader.path?.endpointNode} ${seen.reader.path?.endpointPod}`, 'n p');
  const running = ask({ port, path: stream(500) });
  await until(() => false, 100);
  child.kill('SIGTERM');
  assert.ok((await running).reader.complete);
  const [code] = await once(child, 'exit');
  assert.is(code, 0);
});

test('a port that is taken is an error, not a hang', async () => {
  const app = await launchApp();
  const second = await launchApp(app.ready.port).then(
    () => '',
    (error: Error) => error.message,
  );
  await app.stop();
  assert.match(second, /test-app \(app\) did not start/);
});

test.run();
