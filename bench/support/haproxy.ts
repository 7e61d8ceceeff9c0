import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toolProcess } from '../tools/process.ts';

interface Proxy {
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

interface Place {
  readonly host: string;
  readonly port: number;
}

const configOf = (listen: Place, node: Place, connections: number) => `
global
  maxconn ${connections}
defaults
  mode tcp
  timeout connect 10s
  timeout client 1h
  timeout server 1h
listen bench
  bind ${listen.host}:${listen.port} backlog 4096
  server node ${node.host}:${node.port}
`;

/** haproxy as a TCP proxy: as many processes on one port as the limit of open files asks for (two files a connection). */
export async function haproxy(
  listen: Place,
  node: Place,
  connections: number,
  files: number,
): Promise<Proxy> {
  const perProcess = Math.floor((files - 500) / 2);
  // The kernel spreads connections over the processes by chance.
  const count = Math.ceil((connections * 1.1) / perProcess);
  const folder = mkdtempSync(join(tmpdir(), 'midflight-bench-'));
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, configOf(listen, node, Math.min(perProcess, Math.ceil(connections * 1.1) + 500)));
  const all = Array.from({ length: count }, () => toolProcess('haproxy', ['-db', '-f', file], () => {}));
  await answering(listen);
  return {
    pids: all.map(({ pid }) => pid),
    async stop() {
      await Promise.all(all.map((one) => one.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answering({ host, port }: Place): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect({ host, port });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('close', () => {}).setTimeout(1000, () => socket.destroy());
      socket.once('connect', () => socket.destroy());
    });
    if (connected) return;
    await sleep(50);
  }
  throw new Error('haproxy does not listen');
}
