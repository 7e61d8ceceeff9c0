import * as z from 'zod';
import { monotonic } from '../../src/base/clock.ts';
import { findK6 } from '../../src/load/k6/find.ts';
import { type ToolProcess, toolProcess } from './process.ts';
import type { Job, Told, Tool } from './tool.ts';

const point = z.object({ type: z.literal('Point'), data: z.object({ value: z.number() }) });

/** One user for each stream, each waiting for its own due time. */
const scriptOf = ({ url, count, rampMs, streamSeconds }: Job) => `
  import { sleep } from 'k6';
  import exec from 'k6/execution';
  import http from 'k6/http';
  import { Trend } from 'k6/metrics';
  const late = new Trend('midflight_late');
  export const options = {
    scenarios: { streams: { executor: 'per-vu-iterations', vus: ${count}, iterations: 1, maxDuration: '10m' } },
    noConnectionReuse: true,
  };
  export const setup = () => Date.now() + 500;
  export default function (begin) {
    const due = begin + (exec.vu.idInTest - 1) * ${rampMs / count};
    sleep(Math.max(0, due - Date.now()) / 1000);
    late.add(Math.max(0, Date.now() - due));
    http.get('http://${url.host}:${url.port}/', { timeout: '${streamSeconds + 30}s' });
  }`;

const common = ['run', '--quiet', '--no-usage-report', '--summary-mode=disabled', '--address='];
const missing = () => (findK6(process.env) === null ? 'k6 is not in PATH' : null);

function startK6(job: Job, output: readonly string[], onLine: (line: string) => void): ToolProcess {
  // K6_VUS and the like would be stronger than the script.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('K6_')));
  const tool = toolProcess(findK6(process.env) ?? 'k6', [...common, ...output, '-'], onLine, env);
  tool.write(scriptOf(job));
  tool.finish();
  return tool;
}

/** k6 that records each request, as ours does: its JSON output, read as it comes. */
export const k6: Tool = {
  name: 'k6',
  missing,
  async start(job) {
    const latenessMs: number[] = [];
    const lostAt: number[] = [];
    let good = 0;
    const { pid, ended, stop } = startK6(job, ['--out=json=-'], (line) => {
      const isLate = line.startsWith('{"metric":"midflight_late","type":"Point"');
      if (!isLate && !line.startsWith('{"metric":"http_req_failed","type":"Point"')) return;
      const { value } = point.parse(JSON.parse(line)).data;
      if (isLate) latenessMs.push(value);
      else if (value === 0) good += 1;
      else lostAt.push(monotonic.now());
    });
    const told = ended.then((): Told => ({ good, lost: lostAt.length, lostAt, latenessMs }));
    return { pid, told, hurry: () => {}, stop };
  },
};

/** The cheapest k6: it reports nothing about its requests; what it held is known from the server. */
export const k6Sums: Tool = {
  name: 'k6, no record',
  wholeOnly: true,
  missing,
  async start(job) {
    const { pid, ended, stop } = startK6(job, [], () => {});
    const told = ended.then((): Told => ({ good: null, lost: null, lostAt: null, latenessMs: null }));
    return { pid, told, hurry: () => {}, stop };
  },
};
