import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { embeddedDoctor } from '../../../../src/providers/embedded/doctor.ts';
import { kindDoctor } from '../../../../src/providers/kind/doctor.ts';
import { type DoctorCheck, nodeVersion } from '../../../../src/providers/machine-checks.ts';
import { type FakePrograms, fakePrograms } from '../../../support/fake-programs.ts';

const test = suite('doctor');
let programs: FakePrograms | null = null;
const images = { node: 'node.test/node:1', traefik: 'traefik.test/traefik:2', app: 'app.test/app:3' };
const examine = async (scripts: Record<string, string>, only = {}) => {
  programs = fakePrograms(scripts, only);
  return kindDoctor(images);
};
const named = (checks: readonly DoctorCheck[], name: string): DoctorCheck => {
  const found = checks.find((check) => check.name === name);
  if (found === undefined) throw new Error(`no check of ${name}`);
  return found;
};
test.after.each(() => programs?.remove());

const kind = 'echo 0.33.0';

test('if everything is there nothing is missing, and no check has a hint', async () => {
  const checks = await examine({ docker: '[ "$1" = version ] && echo 27.0; exit 0', kind });
  for (const { name, ok, hint } of checks.filter((check) => !/memory|inotify/.test(check.name))) {
    assert.ok(ok, name);
    assert.is(hint, null);
  }
  assert.is(named(checks, 'Docker').detail, '27.0');
  assert.is(named(checks, 'kind').detail, '0.33.0');
  for (const image of Object.values(images))
    assert.is(named(checks, `image ${image}`).detail, 'on this machine');
});

test('without Docker the list still names every image, with what to do', async () => {
  const checks = await examine({ docker: 'echo "first line" >&2; echo "no daemon" >&2; exit 1', kind });
  assert.is(named(checks, 'Docker').ok, false);
  assert.is(named(checks, 'Docker').detail, 'no daemon');
  for (const [part, image] of Object.entries(images)) {
    const check = named(checks, `image ${image}`);
    assert.is(check.ok, false);
    assert.match(check.hint ?? '', `docker pull ${image}`);
    assert.match(check.hint ?? '', `--image-${part}`);
  }
});

test('an image that is elsewhere can be pulled, one that is nowhere is missing', async () => {
  const checks = await examine({
    docker: `case "$1 $2" in
      'image inspect') exit 1;;
      'manifest inspect') [ "$3" != ${images.traefik} ];;
      *) echo 27.0;;
    esac`,
    kind,
  });
  assert.is(named(checks, `image ${images.node}`).detail, 'can be pulled');
  assert.is(named(checks, `image ${images.node}`).ok, true);
  assert.is(named(checks, `image ${images.traefik}`).ok, false);
  assert.match(named(checks, `image ${images.traefik}`).hint ?? '', 'MIDFLIGHT_TRAEFIK_IMAGE');
});

test('kind that is not there is missing, with how to get it', async () => {
  const checks = await examine({ docker: 'echo 27.0', kind: 'exit 127' });
  assert.is(named(checks, 'kind').ok, false);
  assert.match(named(checks, 'kind').hint ?? '', 'go install sigs.k8s.io/kind@');
});

test('the embedded cluster asks for neither', async () => {
  programs = fakePrograms({ docker: 'exit 1', kind: 'exit 1' });
  const names = (await embeddedDoctor()).map(({ name }) => name);
  assert.equal(names, ['Node.js', 'memory', 'loopback']);
  assert.equal(programs.calls(), []);
});

test('Node.js: the end of 20 is reported, what is too old is refused', () => {
  assert.is(nodeVersion('v26.1.0').detail, 'v26.1.0');
  assert.is(nodeVersion('v22.0.0').detail, 'v22.0.0');
  assert.match(nodeVersion('v20.19.0').detail, 'still works');
  assert.ok(nodeVersion('v20.19.0').ok);
  assert.not.ok(nodeVersion('v20.18.9').ok);
  assert.not.ok(nodeVersion('v18.20.0').ok);
  assert.match(nodeVersion('v18.20.0').hint ?? '', 'Node.js 22 or later');
});

for (const runtime of ['podman', 'nerdctl']) {
  test(`${runtime} in place of Docker is refused with the reason, and what to do`, async () => {
    process.env.KIND_EXPERIMENTAL_PROVIDER = runtime;
    try {
      const { ok, detail, hint } = named(await examine({ docker: 'echo 27.0', kind }), 'Docker');
      assert.is(ok, false);
      assert.match(detail, new RegExp(`${runtime}, which midflight does not support: \\w`));
      assert.match(hint ?? '', '--cluster embedded');
    } finally {
      delete process.env.KIND_EXPERIMENTAL_PROVIDER;
    }
  });
}

test.run();
