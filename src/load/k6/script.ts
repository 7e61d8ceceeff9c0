/*
 * What k6 runs if the scenario names no script of its own. Bundled for k6 (scripts/build.mjs), not for Node.
 * Every request reports its start, so that one which never ends is still known.
 */
import exec from 'k6/execution';
import http, { type RefinedResponse } from 'k6/http';
import { Counter } from 'k6/metrics';
import type { Options, Scenario } from 'k6/options';
import { ask, knock, mark } from './knock.ts';
import { type EndedMarks, endedMetric, startedMetric } from './metrics.ts';

const started = new Counter(startedMetric);
const ended = new Counter(endedMetric);

const text = (name: string): string => String(__ENV[name] ?? '');
const vus = Number(text('MIDFLIGHT_VUS'));
const rate = Number(text('MIDFLIGHT_RATE'));
const timeoutMs = Number(text('MIDFLIGHT_TIMEOUT_MS'));
// Shorter than the longest stream it would cut streams off without a word.
const gracefulStop = `${Math.ceil((2 * timeoutMs) / 1000) + 60}s`;
/** The driver ends it long before. */
const forEver = '24h';

const load: Scenario =
  rate > 0
    ? {
        executor: 'constant-arrival-rate',
        rate: Math.max(1, Math.round(rate * 1000)),
        timeUnit: '1000s',
        duration: forEver,
        preAllocatedVUs: vus,
        maxVUs: vus,
        gracefulStop,
      }
    : { executor: 'per-vu-iterations', vus, iterations: 1, maxDuration: forEver, gracefulStop };

export const options: Options = {
  scenarios: { load },
  // On kept connections k6 repeats a request that was lost, without a word.
  noConnectionReuse: text('MIDFLIGHT_KEEP_ALIVE') !== 'yes',
  discardResponseBodies: false,
  setupTimeout: forEver,
  insecureSkipTLSVerify: text('MIDFLIGHT_INSECURE') === 'yes',
  // They would be written with each sample.
  systemTags: [],
};

/** Nothing is measured before all runners are there. */
export function setup(): void {
  knock();
}

export default function request(): void {
  const gate = ask('');
  if (gate === 0) exec.test.abort('whoever started this k6 is gone');
  // Shut when no new request may begin: arrivals go on until k6 is ended, and do nothing.
  if (gate !== 200) return;
  const id = `${text('MIDFLIGHT_ID_PREFIX')}${mark}${exec.scenario.iterationInTest}`;
  say(started, { id });
  const at = Date.now();
  const answer = http.get(
    `${text('MIDFLIGHT_URL')}${text('MIDFLIGHT_PATH').replace('{id}', encodeURIComponent(id))}`,
    {
      headers: { Host: text('MIDFLIGHT_HOSTNAME'), [text('MIDFLIGHT_ID_HEADER')]: id },
      timeout: `${timeoutMs}ms`,
      redirects: 0,
      responseType: 'text',
    },
  );
  say(ended, { ...marksOf(id, at, answer) });
}

/** One sample with its marks. As tags, k6 would keep every id until it ends; metadata goes out and is forgotten. */
function say(metric: Counter, marks: Record<string, string>): void {
  const { metadata } = exec.vu.metrics;
  Object.assign(metadata, marks);
  metric.add(1);
  for (const name of Object.keys(marks)) delete metadata[name];
}

function marksOf(id: string, at: number, answer: RefinedResponse<'text'>): EndedMarks {
  const { blocked, connecting, tls_handshaking: handshake, sending, waiting, receiving } = answer.timings;
  const connected = blocked + connecting + handshake;
  const firstByte = connected + sending + waiting;
  const body = answer.body ?? '';
  return {
    id,
    status: String(answer.status),
    code: String(answer.error_code),
    error: answer.error,
    at: String(at),
    connected: String(connected),
    firstByte: String(firstByte),
    took: String(firstByte + receiving),
    receiving: String(receiving),
    bytes: String(body.length),
    ...read(body),
  };
}

/** The numbered body, as workload/protocol.ts writes it. k6 has it only when it is over. */
function read(body: string): Pick<EndedMarks, 'chunks' | 'marked' | 'path'> {
  const lines = body.split('\n');
  const rest = lines.pop() ?? '';
  let chunks = 0;
  let over = false;
  let wrong = false;
  for (const line of lines) {
    const [mark, sequence, count] = line.split(' ', 3);
    if (mark !== 'mf' || over) wrong = true;
    else if (sequence === 'end') {
      over = Number(count) === chunks;
      wrong = wrong || !over;
    } else if (Number(sequence) === chunks) chunks += 1;
    else wrong = true;
  }
  if (over && rest !== '') wrong = true;
  const first = lines[0] ?? '';
  const path = first.slice(first.indexOf('{'), first.lastIndexOf('}') + 1);
  return { chunks: String(chunks), marked: wrong ? 'wrong' : over ? 'whole' : 'cut', path };
}
