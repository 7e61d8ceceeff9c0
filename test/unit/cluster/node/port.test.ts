import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { roleBundle } from '../../../../src/base/package.ts';
import { socketHolder } from '../../../../src/cluster/node/proxy/holder.ts';
import { type NodePort, nodePort } from '../../../../src/cluster/node/proxy/port.ts';
import type { Rule } from '../../../../src/cluster/node/proxy/rule.ts';
import { canDropSyns } from '../../../support/fault-server/index.ts';
import { freePort, knock, ownAddress, settled } from '../../../support/node-port.ts';
import { skipped } from '../../../support/skip.ts';
import '../../../support/bundles.ts';

const host = ownAddress();
const fillerAddress = host.replace(/\.2$/, '.9');

const serve = (policy: 'Cluster' | 'Local' = 'Cluster'): Rule => ({ kind: 'serve', policy, endpoints: [] });
const silent: Rule = { kind: 'silent' };
const refuse: Rule = { kind: 'refuse' };

interface Seen {
  readonly port: number;
  readonly rules: Rule[];
  readonly failures: string[];
  /** The NodePort's listener at each change: its what, or none. */
  readonly changes: string[];
  knock(limitMs?: number): Promise<string>;
}

/** A NodePort that answers with the kind of its rule. */
async function withPort(work: (port: NodePort, seen: Seen) => Promise<void>, taken?: number) {
  const port = taken ?? (await freePort(host));
  const sockets: Socket[] = [];
  const seen: Seen = {
    port,
    rules: [],
    failures: [],
    changes: [],
    knock: (limitMs) => knock({ host, port, localAddress: host }, limitMs),
  };
  const holder = socketHolder({
    bundle: roleBundle('holder'),
    token: 'midflight-test',
    onExit: (reason) => seen.failures.push(`holder ${reason}`),
  });
  const made = nodePort({
    host,
    port,
    what: 'NodePort of web/ingress',
    holder,
    fillerAddress,
    backlog: 16,
    onConnection(socket, rule) {
      sockets.push(socket);
      seen.rules.push(rule);
      socket.on('error', () => {});
      socket.on('data', () => socket.write(rule.kind));
      socket.resume();
    },
    changed: () => seen.changes.push(made.listener?.what ?? 'none'),
    failed: (reason) => seen.failures.push(reason),
  });
  try {
    await settled(work(made, seen));
    assert.equal(taken === undefined ? seen.failures : [], []);
  } finally {
    for (const socket of sockets) socket.destroy();
    made.end();
    holder.end();
  }
}

test('before any rule it refuses', () =>
  withPort(async (port, seen) => {
    assert.equal([port.rule, port.listener], [refuse, null]);
    await port.apply(refuse);
    assert.equal([port.listener, seen.changes], [null, []]);
    assert.is(await seen.knock(), 'refused');
  }));

test('it serves, refuses and serves again in this process, and each change of its socket is reported', () =>
  withPort(async (port, seen) => {
    await port.apply(serve());
    const { listener } = port;
    assert.equal(
      [listener?.host, listener?.port, listener?.what],
      [host, seen.port, 'NodePort of web/ingress'],
    );
    assert.is(listener?.pid, process.pid);
    assert.is(await seen.knock(), 'serve');
    await port.apply(refuse);
    assert.is(port.listener, null);
    assert.is(await seen.knock(), 'refused');
    await port.apply(serve());
    assert.is(await seen.knock(), 'serve');
    assert.equal(seen.changes, ['NodePort of web/ingress', 'none', 'NodePort of web/ingress']);
  }));

test('a new rule of the same kind holds for the next connection, without a change of its socket', () =>
  withPort(async (port, seen) => {
    await port.apply(serve('Cluster'));
    assert.is(await seen.knock(), 'serve');
    const changes = seen.changes.length;
    void port.apply(serve('Local'));
    assert.equal(port.rule, serve('Local'), 'at once');
    assert.is(await seen.knock(), 'serve');
    assert.equal(
      seen.rules.map((rule) => rule.kind === 'serve' && rule.policy),
      ['Cluster', 'Local'],
    );
    assert.is(seen.changes.length, changes);
  }));

test('rules that come faster than they can be applied end with the last', () =>
  withPort(async (port, seen) => {
    const applied = [serve(), refuse, serve(), refuse, serve(), refuse].map((rule) => port.apply(rule));
    await Promise.all(applied);
    assert.equal([port.rule, port.listener], [refuse, null]);
    assert.is(await seen.knock(), 'refused');
    await Promise.all([refuse, serve()].map((rule) => port.apply(rule)));
    assert.is(await seen.knock(), 'serve');
  }));

test('after its end no rule counts', () =>
  withPort(async (port, seen) => {
    port.end();
    await port.apply(serve());
    assert.equal([await seen.knock(), port.listener, seen.changes], ['refused', null, []]);
  }));

if (!canDropSyns) skipped('linux', 'silence of a NodePort', 'only Linux drops SYNs at a full backlog');
else {
  test('silent, it answers no SYN, streams flow on, and it serves again', () =>
    withPort(async (port, seen) => {
      await port.apply(serve());
      const client = connect({ host, port: seen.port, localAddress: host });
      client.write('ask');
      await once(client, 'data');
      await port.apply(silent);
      assert.is(await seen.knock(700), 'silent');
      assert.ok(port.listener !== null, 'a silent port is held still');
      client.write('ask again');
      assert.is(String((await once(client, 'data'))[0]), 'serve');
      await port.apply(serve());
      assert.is(await seen.knock(15_000), 'serve');
      assert.is(seen.changes.length, 1);
      assert.ok(
        seen.rules.every(({ kind }) => kind === 'serve'),
        'what filled the backlog is handed to nobody',
      );
      client.destroy();
    }));

  test('silent from the start, and then refusing', () =>
    withPort(async (port, seen) => {
      await port.apply(silent);
      assert.is(await seen.knock(700), 'silent');
      await port.apply(refuse);
      assert.is(await seen.knock(), 'refused');
      assert.equal(seen.changes, ['NodePort of web/ingress', 'none']);
    }));

  test('its end while it is silent frees the port', () =>
    withPort(async (port, seen) => {
      await port.apply(silent);
      port.end();
      let word = '';
      for (let tries = 0; tries < 100 && word !== 'refused'; tries += 1) word = await seen.knock(200);
      assert.is(word, 'refused');
    }));
}

test('a port that another holds is reported, and taken by the next rule once it is free', async () => {
  const other = createServer().listen({ host, port: 0 });
  await once(other, 'listening');
  const bound = other.address();
  try {
    await withPort(
      async (port, seen) => {
        await port.apply(serve());
        assert.is(seen.failures.length, 1);
        assert.match(seen.failures[0] ?? '', /NodePort \d+ on .*EADDRINUSE/);
        assert.is(port.listener, null);
        other.close();
        await once(other, 'close');
        await port.apply(serve());
        assert.is(await seen.knock(), 'serve');
      },
      typeof bound === 'object' && bound !== null ? bound.port : 0,
    );
  } finally {
    other.close();
  }
});

test.run();
