import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { monotonic } from '../../../src/base/clock.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { fillBacklog } from '../../../src/cluster/backlog.ts';
import { turns } from '../turns.ts';
import { cells } from './cells.ts';
import type { FromServer, ToServer } from './main.ts';
import type { Deed } from './server.ts';

export { type Cell, cells } from './cells.ts';
export { framingCells } from './framing-cells.ts';

/** A server with one port for each cell, in a process of its own. */
interface FaultServer {
  readonly host: string;
  port(cell: string): number;
  /** What it did in this cell since the last call; waits a little until there are `count` deeds. Cells do not disturb each other. */
  take(cell: string, count: number): Promise<readonly Deed[]>;
  stop(): Promise<void>;
}

/** Starts it on a loopback address; `tls`: with a certificate that nobody trusts. */
export async function faultServer(host = '127.0.0.1', tls = false): Promise<FaultServer> {
  const args = tls ? [host, 'tls'] : [host];
  const child = fork(join(packageRoot(), 'test/support/fault-server/main.ts'), args, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const answers = answersOf(child);
  const first = await answers.next();
  // An answer belongs to the question before it.
  const inTurn = turns(1);
  const ports: Record<string, number> = 'ports' in first ? { ...first.ports } : {};
  const silent = await silentPort(host);
  for (const cell of cells) if (cell.port === 'silent') ports[cell.name] = silent.port;
  return {
    host,
    port(cell) {
      const port = ports[cell];
      if (port === undefined) throw new Error(`no cell ${cell}`);
      return port;
    },
    async take(cell, count) {
      const asked: ToServer = { take: cell };
      const taken: Deed[] = [];
      for (let attempt = 0; attempt < 100; attempt++) {
        const answer = await inTurn(() => {
          child.send(asked);
          return answers.next();
        });
        if ('deeds' in answer) taken.push(...answer.deeds);
        if (taken.length >= count) break;
        await monotonic.sleep(20);
      }
      return taken;
    },
    async stop() {
      silent.stop();
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** The child's messages, one after the other; rejects once it has ended. */
function answersOf(child: ChildProcess): { next(): Promise<FromServer> } {
  const arrived: FromServer[] = [];
  let wake = () => {};
  let ended = false;
  child.on('message', (message: FromServer) => {
    arrived.push(message);
    wake();
  });
  child.once('exit', () => {
    ended = true;
    wake();
  });
  return {
    async next() {
      while (arrived.length === 0 && !ended)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const first = arrived.shift();
      if (first === undefined) throw new Error('the fault server ended');
      return first;
    },
  };
}

/** A port at which Linux drops every SYN: its listener is stopped and the backlog full. */
async function silentPort(host: string): Promise<{ port: number; stop(): void }> {
  const code = `const s = require('node:net').createServer().listen({ host: '${host}', port: 0, backlog: 1 },
    () => console.log(s.address().port)); process.stdin.resume().on('end', () => process.exit());`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [text] = await once(child.stdout, 'data');
  const port = Number(text);
  child.kill('SIGSTOP');
  const filling = await fillBacklog({ host, port }, null);
  return {
    port,
    stop() {
      child.kill('SIGKILL');
      filling.release();
    },
  };
}

/** True when the machine drops SYNs as the silent cells need (Linux does). */
export const canDropSyns = process.platform === 'linux';
