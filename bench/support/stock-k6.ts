import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as z from 'zod';
import { eachLine } from '../../src/base/lines.ts';
import type { OwnFigures } from './own-figures.ts';

const point = z.object({
  type: z.literal('Point'),
  metric: z.literal('http_req_failed'),
  data: z.object({ value: z.number(), tags: z.record(z.string(), z.string()) }),
});

/** k6 as its docs have it, with this script: what its http_req_failed and error_code say. */
export async function stockK6(binary: string, script: string): Promise<OwnFigures & { exitCode: number }> {
  const child = spawn(
    binary,
    ['run', '--quiet', '--no-usage-report', '--summary-mode=disabled', '--address=', '--out=json=-', '-'],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('K6_'))),
    },
  );
  const figures = { good: 0, bad: 0 };
  const words = new Map<string, number>();
  eachLine(child.stdout, (line) => {
    if (!line.includes('http_req_failed')) return;
    const parsed = point.safeParse(JSON.parse(line));
    if (!parsed.success) return;
    const { value, tags } = parsed.data.data;
    figures[value === 0 ? 'good' : 'bad'] += 1;
    const word = value === 0 ? `status ${tags.status}` : `failed, code ${tags.error_code}`;
    words.set(word, (words.get(word) ?? 0) + 1);
  });
  child.stdin.end(script);
  const [code] = await once(child, 'close');
  const said = [...words].map(([word, count]) => `${count} ${word}`);
  return { ...figures, exitCode: Number(code), said: said.join(', ') || 'nothing at all' };
}

/** One user that sends this number of requests one after the other. */
export const inTurn = (url: string, count: number, timeoutSeconds: number) => `
  import http from 'k6/http';
  export const options = { vus: 1, iterations: ${count} };
  export default () => http.get('${url}', { timeout: '${timeoutSeconds}s' });`;
