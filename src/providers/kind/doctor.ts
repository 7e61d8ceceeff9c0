import { existsSync } from 'node:fs';
import type { Plan } from '../../plan/schema.ts';
import { type DoctorCheck, doctorCheck, freeMemory, nodeVersion, readIfThere } from '../machine-checks.ts';
import { imagesOf } from './images.ts';
import { runShell } from './shell.ts';

/** Everything that a kind cluster needs of this machine, and whether it is there. */
export async function kindDoctor(images: Partial<Plan['images']> = {}): Promise<DoctorCheck[]> {
  const docker = await dockerCheck();
  const wanted = await Promise.all(imageChecks(images, docker.ok));
  return [nodeVersion(), docker, await kindCheck(), ...wanted, freeMemory(2), ...inotify(), cgroups()];
}

async function dockerCheck(): Promise<DoctorCheck> {
  const runtime = process.env.KIND_EXPERIMENTAL_PROVIDER ?? '';
  if (runtime !== '' && runtime !== 'docker') {
    return doctorCheck(
      'Docker',
      false,
      `KIND_EXPERIMENTAL_PROVIDER is ${runtime}, which midflight does not support: a node that comes back gets its address by the order in which Docker gives them out`,
      'unset KIND_EXPERIMENTAL_PROVIDER to use Docker, or run on --cluster embedded, which needs neither',
    );
  }
  const { ok, stdout, stderr } = await runShell(['docker', 'version', '--format', '{{.Server.Version}}']);
  const said = (stderr.trim().split('\n').at(-1) ?? '') || 'no answer';
  return doctorCheck(
    'Docker',
    ok,
    ok ? stdout.trim() : said,
    'start Docker, and make sure that `docker version` works for this user',
  );
}

async function kindCheck(): Promise<DoctorCheck> {
  const { ok, stdout } = await runShell(['kind', 'version', '--quiet']);
  return doctorCheck(
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
    if (!dockerAnswers) return doctorCheck(`image ${image}`, false, 'not looked for without Docker', hint);
    const local = await runShell(['docker', 'image', 'inspect', '-f', '{{.Id}}', image]);
    if (local.ok) return doctorCheck(`image ${image}`, true, 'on this machine', '');
    const remote = await runShell(['docker', 'manifest', 'inspect', image]);
    return doctorCheck(
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
    return [doctorCheck(name, value >= least, `${value}, ${least} needed`, `sudo sysctl ${name}=${advised}`)];
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
  return doctorCheck('control groups', true, detail, '');
}
