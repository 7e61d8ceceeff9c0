import { type ChildProcess, spawn } from 'node:child_process';

/** What a client that midflight does not know has met: curl, whose own exit codes decide. */
export interface CurlCount {
  readonly streams: { readonly ended: number; readonly lost: number };
  readonly requests: { readonly ended: number; readonly failed: number };
  /** The lines of what went wrong: curl's exit code, the status, the bytes. */
  readonly bad: readonly string[];
}

interface CurlClient {
  /** Ends it. What is still open is nobody's loss and not counted. */
  stop(): Promise<CurlCount>;
}

/** curl's exit code, the status, and the bytes, one line to each transfer. `%{stderr}`: not held back until the end. */
const line = '%{stderr}\\nended %{exitcode} %{http_code} %{size_download}\\n';
const common = ['-s', '-H', 'Connection: close', '-o', '/dev/null', '-w', line];

/** Slow orders of 6 s, `streams` at a time, and `rate` short requests a second, each on a connection of its own. */
export function curlClient(
  address: string,
  { streams, rate }: { streams: number; rate: number },
): CurlClient {
  const seconds = 6;
  const slow = follow([
    ...['-Z', '--parallel-immediate', '--parallel-max', String(streams), '-m', '60', ...common],
    `http://${address}/order?seconds=${seconds}&n=[1-100000]`,
  ]);
  const short = follow([...['--rate', `${rate}/s`, '-m', '5', ...common], `http://${address}/?n=[1-100000]`]);
  const bytes = 2 * seconds * 16;
  return {
    async stop() {
      const [orders, requests] = [await slow(), await short()];
      const bad = (lines: readonly string[], good: string) => lines.filter((one) => one !== good);
      const [lost, failed] = [bad(orders, `0 200 ${bytes}`), bad(requests, '0 200 5')];
      return {
        streams: { ended: orders.length, lost: lost.length },
        requests: { ended: requests.length, failed: failed.length },
        bad: [...lost, ...failed],
      };
    },
  };
}

/** Starts curl; the function ends it and gives the lines that it has written. */
function follow(args: readonly string[]): () => Promise<string[]> {
  const child: ChildProcess = spawn('curl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return async () => {
    if (child.exitCode !== null)
      throw new Error(`curl ended by itself with ${child.exitCode}: ${text.slice(-300)}`);
    child.kill('SIGKILL');
    await ended;
    // Between them curl draws its progress, which -s does not keep from it in parallel.
    return [...text.matchAll(/^ended (\d+ \d+ \d+)\n/gm)].map(([, found = '']) => found);
  };
}
