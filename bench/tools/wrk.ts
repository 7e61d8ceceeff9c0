import { wrkVersion } from '../support/machine.ts';
import { toolProcess } from './process.ts';
import type { Tool } from './tool.ts';

/** Connecting takes as long as the kernel's backlog makes it take. */
const slackSeconds = 3;

/** wrk reports sums at the end of a time that is set before; connections that end in order are begun anew. */
export const wrk: Tool = {
  name: 'wrk',
  missing: () => (wrkVersion() === null ? 'wrk is not in PATH' : null),
  async start({ url, count, streamSeconds }) {
    const seconds = streamSeconds + slackSeconds;
    const args = ['-t2', `-c${count}`, `-d${seconds}s`, `--timeout=${streamSeconds + 30}s`];
    const text: string[] = [];
    const { pid, ended, stop } = toolProcess('wrk', [...args, `http://${url.host}:${url.port}/`], (line) =>
      text.push(line),
    );
    const told = ended.then(() => ({ ...wrkSums(text.join('\n')), lostAt: null, latenessMs: null }));
    return { pid, told, hurry: () => {}, stop };
  },
};

/** Answers, and the read errors and time-outs: how wrk calls a stream that was cut. */
export function wrkSums(text: string): { good: number; lost: number } {
  const [, read = '0', timeout = '0'] = /read (\d+), write \d+, timeout (\d+)/.exec(text) ?? [];
  return {
    good: Number(/^\s*(\d+) requests in/m.exec(text)?.[1] ?? 0),
    lost: Number(read) + Number(timeout),
  };
}
