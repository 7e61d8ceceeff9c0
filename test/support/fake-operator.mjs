// The k6 operator as far as a TestRun of ours uses it, with k6 of this machine in place of the runners' pods: its part of
// fake-kubectl.mjs. Runners are started as pkg/resources/jobs/runner.go (v1.6.0) has it; their two output streams become one
// log of whole lines, as a container runtime makes it. Each runner: `node fake-operator.mjs FOLDER NAME INDEX`.
import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  constants,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const stateOf = (folder) => join(folder, 'testrun.json');

/** True if the words were for the operator's resources. */
export default async function operator(folder, verb, rest, input) {
  if (verb === 'api-resources') {
    if (!existsSync(join(folder, 'no-operator'))) process.stdout.write('testruns.k6.io\n');
    return true;
  }
  if (verb === 'create' && input.kind === 'List') return create(folder, input);
  if (verb === 'get' && rest[0] === 'pod') return process.stdout.write('127.0.0.1');
  const selected = rest.find((word) => word.startsWith('k6_cr='));
  if (verb === 'get' && selected !== undefined) return list(folder);
  if (verb === 'logs') return follow(folder, rest[1]);
  if (verb === 'exec' && rest.includes('k6')) {
    process.stdout.write(execFileSync('k6', ['version']));
    return true;
  }
  if (verb === 'delete' && rest[0] === 'configmap') return true;
  if (verb === 'delete' && rest[0] === 'testruns.k6.io') return remove(folder);
  return false;
}

function create(folder, { items }) {
  const [configMap, testRun] = items;
  const { name } = testRun.metadata;
  mkdirSync(join(folder, name));
  for (const [file, text] of Object.entries(configMap.data)) writeFileSync(join(folder, name, file), text);
  writeFileSync(stateOf(folder), JSON.stringify(testRun));
  for (let index = 1; index <= testRun.spec.parallelism; index += 1)
    spawn(process.execPath, [self, folder, name, String(index)], { detached: true, stdio: 'ignore' }).unref();
  return true;
}

function list(folder) {
  const testRun = existsSync(stateOf(folder)) ? readJson(stateOf(folder)) : { spec: { parallelism: 0 } };
  const items = Array.from({ length: testRun.spec.parallelism }, (_, at) => {
    const name = `${testRun.metadata.name}-${at + 1}`;
    const exit = join(folder, `${name}.exit`);
    const terminated = existsSync(exit) ? { exitCode: Number(readFileSync(exit, 'utf8')) } : undefined;
    return {
      metadata: { name, labels: { 'job-name': name } },
      status: { phase: terminated ? 'Failed' : 'Running', containerStatuses: [{ state: { terminated } }] },
    };
  });
  return process.stdout.write(JSON.stringify({ items }));
}

async function follow(folder, name) {
  const log = join(folder, `${name}.log`);
  let at = 0;
  for (;;) {
    const over = existsSync(join(folder, `${name}.exit`));
    const size = existsSync(log) ? statSync(log).size : 0;
    if (size > at) {
      for await (const chunk of createReadStream(log, { start: at, end: size - 1 }))
        process.stdout.write(chunk);
      at = size;
    } else if (over) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function remove(folder) {
  if (!existsSync(stateOf(folder))) return true;
  const { metadata, spec } = readJson(stateOf(folder));
  rmSync(stateOf(folder));
  for (let index = 1; index <= spec.parallelism; index += 1) {
    const pid = join(folder, `${metadata.name}-${index}.pid`);
    try {
      process.kill(Number(readFileSync(pid, 'utf8')), 'SIGTERM');
    } catch {
      // it has ended
    }
  }
  return process.stdout.write(`testrun.k6.io/${metadata.name}\n`);
}

if (basename(process.argv[1] ?? '') === 'fake-operator.mjs') {
  const [folder, name, index] = process.argv.slice(2);
  const { spec } = readJson(stateOf(folder));
  const runner = `${name}-${index}`;
  const count = spec.parallelism;
  const fraction = (at) => (at === 0 ? '0' : at === count ? '1' : `${at}/${count}`);
  const sequence = Array.from({ length: count + 1 }, (_, at) => fraction(at)).join(',');
  const segment = [`--execution-segment=${fraction(index - 1)}:${fraction(Number(index))}`];
  const pipe = join(folder, `${runner}.stderr`);
  execFileSync('mkfifo', [pipe]);
  const reading = openSync(pipe, constants.O_RDWR);
  const writing = openSync(pipe, constants.O_WRONLY);
  const k6 = spawn(
    'k6',
    [
      'run',
      ...(count > 1 ? [...segment, `--execution-segment-sequence=${sequence}`] : []),
      ...spec.arguments.split(' '),
      join(folder, name, spec.script.configMap.file),
      '--address=',
    ],
    {
      stdio: ['ignore', 'pipe', writing],
      env: {
        ...process.env,
        ...Object.fromEntries(spec.runner.env.map(({ name, value }) => [name, value])),
        HOSTNAME: runner,
      },
    },
  );
  writeFileSync(join(folder, `${runner}.pid`), String(k6.pid));
  const log = (line) => appendFileSync(join(folder, `${runner}.log`), `${line}\n`);
  createInterface(k6.stdout).on('line', log);
  const samples = createReadStream('', { fd: reading });
  createInterface(samples).on('line', log);
  k6.on('exit', (code) =>
    setTimeout(() => {
      writeFileSync(join(folder, `${runner}.exit`), String(code ?? 137));
      // A read of the pipe waits in another thread, for which an orderly exit would wait in its turn.
      process.kill(process.pid, 'SIGKILL');
    }, 300),
  );
}
