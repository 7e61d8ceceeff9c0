import { existsSync, readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import type { Plan } from '../../plan/schema.ts';
import { imagesOf } from './images.ts';
import { runShell } from './shell.ts';

/** One thing that a cluster needs of this machine. */
export interface DoctorCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do if it is not ok. */
  readonly hint: string | null;
}

interface DoctorOptions {
  readonly cluster: 'embedded' | 'kind';
  readonly images?: Partial<Plan['images']>;
}

/** Everything that is missing, before anything is started. */
export async function doctor({ cluster, images = {} }: DoctorOptions): Promise<DoctorCheck[]> {
  if (cluster === 'embedded') return [nodeVersion(), memory(0.7), loopback()];
  const docker = await dockerCheck();
  const wanted = await Promise.all(imageChecks(images, docker.ok));
  return [nodeVersion(), docker, await kindCheck(), ...wanted, memory(2), ...inotify(), cgroups()];
}

const check = (name: string, ok: boolean, detail: string, hint: string): DoctorCheck => ({
  name,
  ok,
  detail,
  hint: ok ? null : hint,
});

/** The oldest Node.js that its makers still maintain: 20 ended in April 2026 (nodejs/Release, schedule.json). */
export const supportedNode = 22;

/** Node.js 20.19 and later work too; `engines` of package.json says where that ends. */
export function nodeVersion(version: string = process.version): DoctorCheck {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  const works = major > 20 || (major === 20 && minor >= 19);
  const detail =
    works && major < supportedNode ? `${version}: still works, but gets no security fixes any more` : version;
  return check('Node.js', works, detail, `install Node.js ${supportedNode} or later`);
}

/** `wanted` in GiB: measured for five nodes. */
function memory(wanted: number): DoctorCheck {
  const free = availableMemory() / 2 ** 30;
  const detail = `${free.toFixed(1)} of ${(totalmem() / 2 ** 30).toFixed(1)} GiB free, ${wanted} needed`;
  return check('memory', free >= wanted, detail, 'end other programs, or use fewer nodes');
}

/** What the kernel would give without swapping; freemem() leaves caches out. */
function availableMemory(): number {
  const text = readIfThere('/proc/meminfo');
  const kib = /^MemAvailable:\s+(\d+)/m.exec(text)?.[1];
  return kib === undefined ? freemem() : Number(kib) * 1024;
}

function loopback(): DoctorCheck {
  const own = process.platform === 'linux';
  const detail = own
    ? 'each node gets an address of its own'
    : 'all nodes share 127.0.0.1: client addresses cannot be seen (the report says so)';
  return check('loopback', true, detail, '');
}

async function dockerCheck(): Promise<DoctorCheck> {
  const runtime = process.env.KIND_EXPERIMENTAL_PROVIDER ?? '';
  if (runtime !== '' && runtime !== 'docker') {
    return check(
      'Docker',
      false,
      `KIND_EXPERIMENTAL_PROVIDER is ${runtime}, which midflight does not support: a node that comes back gets its address by the order in which Docker gives them out`,
      'unset KIND_EXPERIMENTAL_PROVIDER to use Docker, or run on --cluster embedded, which needs neither',
    );
  }
  const { ok, stdout, stderr } = await runShell(['docker', 'version', '--format', '{{.Server.Version}}']);
  const said = (stderr.trim().split('\n').at(-1) ?? '') || 'no answer';
  return check(
    'Docker',
    ok,
    ok ? stdout.trim() : said,
    'start Docker, and make sure that `docker version` works for this user',
  );
}

async function kindCheck(): Promise<DoctorCheck> {
  const { ok, stdout } = await runShell(['kind', 'version', '--quiet']);
  return check(
    'kind',
    ok,
    ok ? stdout.trim() : 'not found',
    'go install sigs.k8s.io/kind@v0.33.0, or see https://kind.sigs.k8s.io/docs/user/quick-start/',
  );
}

function imageChecks(images: Partial<Plan['images']>, dockerAnswers: boolean): Promise<DoctorCheck>[] {
  const wanted = imagesOf(images);
  return (['node', 'traefik', 'app'] as const).map(async (part) => {
    const image = wanted[part];
    const hint = `docker pull ${image}, or name another with --image-${part} or ${variables[part]}`;
    if (!dockerAnswers) return check(`image ${image}`, false, 'not looked for without Docker', hint);
    const local = await runShell(['docker', 'image', 'inspect', '-f', '{{.Id}}', image]);
    if (local.ok) return check(`image ${image}`, true, 'on this machine', '');
    const remote = await runShell(['docker', 'manifest', 'inspect', image]);
    return check(
      `image ${image}`,
      remote.ok,
      remote.ok ? 'can be pulled' : 'not found locally or in the registry',
      hint,
    );
  });
}

const variables = {
  node: 'MIDFLIGHT_KIND_IMAGE',
  traefik: 'MIDFLIGHT_TRAEFIK_IMAGE',
  app: 'MIDFLIGHT_APP_IMAGE',
} as const;

/** kind's docs, "Known issues: pod errors due to too many open files": each node watches many files. The advice is theirs. */
function inotify(): DoctorCheck[] {
  const limits = [
    ['fs.inotify.max_user_instances', 128, 512],
    ['fs.inotify.max_user_watches', 8192, 524_288],
  ] as const;
  return limits.flatMap(([name, least, advised]) => {
    const text = readIfThere(`/proc/sys/${name.replaceAll('.', '/')}`);
    if (text === '') return [];
    const value = Number(text);
    return [check(name, value >= least, `${value}, ${least} needed`, `sudo sysctl ${name}=${advised}`)];
  });
}

function cgroups(): DoctorCheck {
  const two = existsSync('/sys/fs/cgroup/cgroup.controllers');
  const linux = process.platform === 'linux';
  const detail = linux
    ? two
      ? 'version 2'
      : 'version 1 (works; kind and the kubelet warn of it)'
    : "Docker's own";
  return check('control groups', true, detail, '');
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
