import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';
import { eachLine } from '../../src/base/lines.ts';
import { packageRoot } from '../../src/base/package.ts';
import type { Seen } from './stream-server.ts';

/** The server of slow streams, as its own process. */
export interface StreamServer {
  readonly port: number;
  seen(): Promise<Seen>;
  /** SIGKILL: every stream is cut at once. */
  kill(): void;
  stop(): Promise<void>;
}

interface Streams {
  readonly chunks: number;
  readonly intervalMs: number;
  readonly host?: string;
  readonly port?: number;
}

const seenSchema = z.object({ inFlight: z.number(), whole: z.number(), left: z.number() });

export async function streamServer({
  chunks,
  intervalMs,
  host = '127.0.0.1',
  port = 0,
}: Streams): Promise<StreamServer> {
  const file = join(packageRoot(), 'bench', 'support', 'stream-server.ts');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', file, `${chunks}`, `${intervalMs}`, host, `${port}`],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const waiting: ((line: string) => void)[] = [];
  const line = () => new Promise<string>((resolve) => waiting.push(resolve));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdin.on('error', () => {}); // killed
  const first = line();
  eachLine(child.stdout, (text) => waiting.shift()?.(text));
  const bound = await Promise.race([
    first,
    ended.then(() => Promise.reject(new Error('the stream server did not start'))),
  ]);
  return {
    port: Number(bound),
    seen() {
      const answer = line();
      child.stdin.write('seen\n');
      return answer.then((text) => seenSchema.parse(JSON.parse(text)));
    },
    kill: () => void child.kill('SIGKILL'),
    stop() {
      child.stdin.end();
      child.kill('SIGKILL');
      return ended;
    },
  };
}
