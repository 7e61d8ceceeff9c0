// The one test command: builds, checks types and lint, then runs every test file in its own process, fast groups first.
// `npm test -- unit/edge recorder` runs only the files whose path contains one of the words.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const endToEnd = (...names) => names.map((name) => join('test', 'e2e', `${name}.test.ts`));
/*
 * Tests from end to end that may run beside others: none of them asks for trials without a late instrument, and none looks at
 * what is left of another. While a kind cluster starts, both cores are busy. Those of `beside` take about as long as the
 * conformance suite, and those of `small` together less than the test of the package.
 */
const beside = endToEnd('crash-safety', 'docs-commands');
const packed = endToEnd('package');
const small = endToEnd('bad-inputs', 'cli', 'node-warnings', 'secrets');
const tolerant = [...beside, ...packed, ...small];
/*
 * uvu has no time limit of its own: each file's process has one, seconds. Groups of one stage run side by side. Files of e2e
 * stay one after another: some kill a run and then look at what `clean` finds, and a second run beside them would have
 * cleaned up before.
 */
const stages = [
  [{ name: 'unit', limit: 300, parallel: 4 }],
  [{ name: 'property', limit: 180, parallel: 2 }],
  [{ name: 'browser', limit: 240, parallel: 1 }],
  [
    { name: 'conformance', limit: 1200, parallel: 1 },
    { name: 'e2e', limit: 1500, parallel: 1, takes: (file) => beside.includes(file) },
  ],
  [packed, small].map((files) => ({
    name: 'e2e',
    limit: 1500,
    parallel: 1,
    takes: (file) => files.includes(file),
  })),
  [{ name: 'e2e', limit: 1500, parallel: 1, takes: (file) => !tolerant.includes(file) }],
];
const groups = stages.flat();
/** As many files that compute as there are cores to compute on; the other places are for those that wait. */
const computing = 2;
/*
 * Files that wait nearly all of their time: for time-outs of the protocols that they check, for health checks, for streams to
 * end. Two of them were measured: they take a sixth and a quarter of a core. They begin first, the longest in front.
 */
const waiting = [
  'test/unit/load/truth-http2.test.ts',
  'test/unit/load/truth.test.ts',
  'test/unit/load/truth-secure.test.ts',
  'test/unit/edge/truth.test.ts',
  'test/unit/load/truth-names.test.ts',
  'test/unit/load/truth-framing.test.ts',
  'test/unit/load/probe-truth.test.ts',
  'test/unit/edge/balancer.test.ts',
  'test/unit/edge/balancer-changes.test.ts',
  'test/unit/edge/balancer-health.test.ts',
  'test/unit/load/k6.test.ts',
  'test/unit/load/autocannon.test.ts',
];
const words = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skips: [] };
let stopping = false;
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopping = true;
    for (const child of running) signalGroup(child, signal);
  });
}

/** A test and all that it started, as a terminal would do: what it runs gets to end in order. */
function signalGroup({ pid }, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // they have all ended
  }
}

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** Runs one command to its end; ends it by force at the limit. */
function run(command, args, limitSeconds) {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own
      env: { ...process.env, FORCE_COLOR: '0', MIDFLIGHT_BUILT: '1' },
    });
    running.add(child);
    let output = '';
    let late = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
      });
    }
    // SIGTERM first, so that a test can end what it started.
    const timer = setTimeout(() => {
      late = true;
      signalGroup(child, 'SIGTERM');
      setTimeout(() => running.has(child) && signalGroup(child, 'SIGKILL'), 10_000).unref();
    }, limitSeconds * 1000);
    child.on('error', (error) => {
      output += String(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code: late ? 124 : code, output, late, seconds: (performance.now() - started) / 1000 });
    });
  });
}

function report(name, ok, seconds, detail = '') {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)${detail}`);
}

async function check(name, command, args) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) return;
  const result = await run(command, args, 300);
  const ok = result.code === 0;
  totals[ok ? 'passed' : 'failed'] += 1;
  report(name, ok, result.seconds);
  if (!ok) console.log(result.output);
}

async function testFile(file, limit) {
  const result = await run(process.execPath, ['--import', 'tsx', file], limit);
  for (const [, skip] of result.output.matchAll(/^# skip (.*)$/gm)) totals.skips.push(skip);
  const total = Number(/^\s*Total:\s+(\d+)/m.exec(result.output)?.[1] ?? Number.NaN);
  const passed = Number(/^\s*Passed:\s+(\d+)/m.exec(result.output)?.[1] ?? Number.NaN);
  // A file that ends without its summary (a process.exit, an open promise at the end) has not passed.
  const whole = Number.isFinite(total) && Number.isFinite(passed);
  const failed = whole ? total - passed : 1;
  totals.passed += whole ? passed : 0;
  totals.failed += failed === 0 && result.code !== 0 ? 1 : failed;
  const ok = failed === 0 && result.code === 0;
  report(file, ok, result.seconds, ok ? ` ${passed}` : result.late ? `: over its limit of ${limit} s` : '');
  if (!ok) console.log(result.output);
}

async function inTurn(queue, work) {
  for (let item = queue.shift(); item !== undefined && !stopping; item = queue.shift()) await work(item);
}

/** `width` files at once, no more than `computing` of them of those that compute. */
async function inParallel(files, width, work) {
  const waits = waiting.filter((file) => files.includes(file));
  const computes = files.filter((file) => !waits.includes(file));
  const slots = Array.from({ length: width }, (_, slot) =>
    slot < Math.min(computing, width)
      ? inTurn(computes, work).then(() => inTurn(waits, work))
      : inTurn(waits, work),
  );
  await Promise.all(slots);
}

/** Tests start the bundles as processes: an old build would let a broken source pass. */
async function build() {
  const { code, output, seconds } = await run(process.execPath, [join(root, 'scripts', 'build.mjs')], 300);
  report('build', code === 0, seconds);
  if (code === 0) return;
  console.log(output);
  console.log('\nnothing was tested: the build failed');
  process.exit(1);
}

const unknown = [...waiting, ...tolerant].filter((file) => !existsSync(join(root, file)));
if (unknown.length > 0)
  throw new Error(`scripts/test.mjs names tests that are not there: ${unknown.join(', ')}`);
const bin = (name) => join(root, 'node_modules', '.bin', name);
await build();
await check('types', bin('tsc'), ['-p', '.']);
await check('lint', bin('biome'), ['check', '--error-on-warnings', '.']);
const files = testFiles(join(root, 'test')).filter(
  (file) => words.length === 0 || words.some((word) => file.includes(word)),
);
const runGroup = ({ name, limit, parallel, takes = () => true }) =>
  inParallel(
    files.filter((file) => file.startsWith(join('test', name)) && takes(file)),
    parallel,
    (file) => testFile(file, limit),
  );
for (const stage of stages) if (!stopping) await Promise.all(stage.map(runGroup));
const stray = files.filter((file) => !groups.some((group) => file.startsWith(join('test', group.name))));
for (const file of stray) {
  totals.failed += 1;
  console.log(`FAIL ${file}: in no group of the test runner`);
}
if (totals.skips.length > 0) {
  console.log(`\nskipped (${totals.skips.length}):`);
  for (const skip of totals.skips) console.log(`  ${skip}`);
}
if (stopping) console.log('interrupted');
console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 && !stopping && totals.passed > 0 ? 0 : 1;
