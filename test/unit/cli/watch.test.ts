import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { isLoopback, watchTarget } from '../../../src/cli/watch-target.ts';
import { type WatchArguments, watchUrl } from '../../../src/cli/watch-url.ts';
import { plan as planSchema } from '../../../src/plan/schema.ts';
import { watchPlan } from '../../../src/plan/watch.ts';

const target = (url: string, more: Partial<Parameters<typeof watchTarget>[0]> = {}) =>
  watchTarget({ url, resolve: undefined, headers: [], insecure: false, ...more });

const io = { stdout: process.stdout, stderr: process.stderr, env: { PATH: process.env.PATH } };
const args: WatchArguments = {
  url: 'http://127.0.0.1:1/',
  streams: 1,
  rate: 1,
  probePath: undefined,
  lanes: ['new'],
  duration: '1s',
  stall: '1s',
  timeout: '1s',
  stability: '1s',
  status: 200,
  headers: [],
  headerFile: undefined,
  showCommand: false,
  http: '1.1',
  insecure: false,
  resolve: undefined,
  maxLost: undefined,
  maxFailed: undefined,
  method: 'GET',
  follow: undefined,
  expectBytes: undefined,
  expectEnd: undefined,
  minTime: undefined,
  maxFailover: undefined,
  iOwnThis: false,
  // A file: no folder can be made in it.
  out: '/dev/null/reports',
  json: false,
  force: false,
  quiet: true,
  command: [],
};

/** The complaint about a command line: it must come before anything is started. */
async function refused(
  more: Partial<WatchArguments>,
  code: MidflightError['code'] = 'bad-usage',
): Promise<string> {
  try {
    await watchUrl({ ...args, ...more }, io);
  } catch (error) {
    assert.instance(error, MidflightError);
    if (error instanceof MidflightError) {
      assert.is(error.code, code);
      return `${error.message}; ${error.hint}`;
    }
  }
  return assert.unreachable('it was taken') as never;
}

test('a URL is split into the address to connect to and the path to request', () => {
  assert.equal(target('https://shop.example/a?b=1', { headers: ['X-A: b: c', 'Accept:  text/plain '] }), {
    host: 'shop.example',
    port: 443,
    tls: true,
    hostname: 'shop.example',
    path: '/a?b=1',
    headers: { 'X-A': 'b: c', Accept: 'text/plain' },
    insecure: false,
  });
  const { host, port, hostname, tls } = target('http://[::1]:8080/');
  assert.equal([host, port, hostname, tls], ['::1', 8080, '[::1]:8080', false]);
});

test('--resolve changes the address alone', () => {
  const { host, hostname, port } = target('https://shop.example/', {
    resolve: 'shop.example:443:203.0.113.7',
  });
  assert.equal([host, hostname, port], ['203.0.113.7', 'shop.example', 443]);
  const six = target('https://shop.example:8443/', { resolve: 'shop.example:8443:[2001:db8::7]' });
  assert.is(six.host, '2001:db8::7');
});

for (const [what, url, more] of [
  ['no URL', 'shop', {}],
  ['another scheme', 'ftp://shop.example/', {}],
  ['a password', 'https://me:secret@shop.example/', {}],
  ['a header without a name', 'http://x/', { headers: [': b'] }],
  ['a header without a colon', 'http://x/', { headers: ['abc'] }],
  ['--resolve without an address', 'http://x/', { resolve: 'x:80:y' }],
  ['--resolve for another port', 'http://x/', { resolve: 'x:81:127.0.0.1' }],
] as const) {
  test(`refused: ${what}`, () =>
    assert.throws(
      () => target(url, more),
      (error: unknown) => error instanceof MidflightError && error.exitCode === 64,
    ));
}

test('this machine is known by its addresses and names', () => {
  assert.equal(
    ['127.0.0.1', '127.9.9.9', '::1', 'localhost', 'a.localhost', '::ffff:127.0.0.1'].map(isLoopback),
    Array(6).fill(true),
  );
  assert.equal(
    ['10.0.0.1', 'shop.example', '2001:db8::1', 'localhost.example'].map(isLoopback),
    Array(4).fill(false),
  );
});

test('a flood is refused, unless it is for this machine or the user answers for it', async () => {
  assert.match(await refused({ url: 'http://shop.example/', streams: 51 }), /--i-own-this/);
  assert.match(await refused({ url: 'http://shop.example/', rate: 21 }), /--i-own-this/);
  // These get as far as the report folder, which cannot be made.
  assert.match(
    await refused({ url: 'http://shop.example/', streams: 50, rate: 20, lanes: ['new', 'reused'] }),
    /report folder/,
  );
  assert.match(await refused({ url: 'http://shop.example/', streams: 51, iOwnThis: true }), /report folder/);
  assert.match(await refused({ streams: 5000 }), /report folder/);
});

test('values that make no sense are refused before anything starts', async () => {
  assert.match(await refused({ streams: 0, rate: 0 }), /nothing to watch/);
  assert.match(await refused({ streams: 1.5 }), /--streams/);
  assert.match(await refused({ rate: -1 }), /--rate/);
  assert.match(await refused({ duration: '5' }), /--duration 5 is not a duration; write 500ms/);
  assert.match(await refused({ stall: '0s' }), /--stall/);
  assert.match(await refused({ rate: 0, maxFailover: '1s' }), /probes/);
  assert.match(await refused({ lanes: ['reused'], maxFailover: '1s' }), /probes/);
  assert.match(await refused({ rate: 0, probePath: '/healthz' }), /--rate 0 sends none/);
  for (const path of ['healthz', 'http://shop.example/', '', '/a b', '/a#b', '/a\r\nX: y']) {
    assert.match(await refused({ probePath: path }), /is no path; write a path/);
  }
  assert.match(await refused({ probePath: '/search?q=x' }), /report folder/);
});

test('a command that is no program is refused before anything starts, as one that fails', async () => {
  const told = (...command: string[]) => refused({ command }, 'missing-requirement');
  assert.match(await told('no-such-program-here', 'x'), /there is no program 'no-such/);
  assert.match(await told('echo a | cat'), /sh -c/);
  assert.match(await told('./no/such'), /there is no program/);
});

test('the plan of a watch is a plan, with the thresholds as expectations', () => {
  const made = watchPlan({
    name: 'watch-x',
    description: 'x',
    streams: 3,
    rate: 0,
    lanes: ['new'],
    durationMs: 1000,
    stallMs: 1000,
    connectTimeoutMs: 1000,
    probeTimeoutMs: 1000,
    stabilityMs: 1000,
    expectStatus: 200,
    maxLost: 2,
    maxFailed: 1,
    maxFailoverMs: 2500,
  });
  assert.equal(planSchema.parse(made), made);
  assert.equal(
    made.expectations.map(({ text }) => text),
    ['lost <= 2', 'probes.new.failed <= 1', 'failover <= 2.5s'],
  );
  assert.equal(
    made.load.map(({ kind }) => kind),
    ['streams'],
  );
});

test('a stability window with fewer than five probes is widened, and that is reported', () => {
  const options = {
    name: 'w',
    description: '',
    streams: 0,
    lanes: ['new' as const],
    durationMs: 1000,
    stallMs: 1000,
    connectTimeoutMs: 1000,
    probeTimeoutMs: 1000,
    expectStatus: 200,
    maxLost: null,
    maxFailed: null,
    maxFailoverMs: null,
  };
  const of = (rate: number, stabilityMs: number) => {
    const plan = watchPlan({ ...options, rate, stabilityMs });
    return [plan.stabilityMs, plan.notices];
  };
  assert.equal(of(5, 1000), [1000, []]);
  assert.equal(of(2, 500), [
    2500,
    ['--stability 0.5s holds fewer than 5 probes at 2 a second: widened to 2.5s'],
  ]);
  assert.equal(of(0, 10), [10, []], 'without probes there is no window');
});

test.run();
