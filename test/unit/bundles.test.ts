import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { packageRoot } from '../../src/base/package.ts';
import '../support/bundles.ts';

/* A process that loads what it does not read starts later, and its CPU seconds are taken from what it measures. */

const inputs = z
  .record(z.string(), z.array(z.string()))
  .parse(JSON.parse(readFileSync(join(packageRoot(), 'dist', 'inputs.json'), 'utf8')));
const filesIn = (role: string) => inputs[`dist/roles/${role}.mjs`] ?? [];

for (const role of ['recorder', 'probe', 'holder', 'node', 'app', 'ingress', 'edge', 'control-plane']) {
  test(`${role}: no message in another language than English`, () => {
    const files = filesIn(role);
    assert.ok(files.length > 1);
    assert.equal(
      files.filter((file) => file.includes('/locales/') && !file.endsWith('/en.js')),
      [],
    );
  });
}

for (const role of ['recorder', 'probe', 'holder', 'node', 'app', 'ingress']) {
  test(`${role}: knows of no scenario`, () => {
    assert.equal(
      filesIn(role).filter((file) => /^src\/(scenario|plan|presets|analysis|reports)\//.test(file)),
      [],
    );
  });
}

test('of the Kubernetes client, the calls in use alone are bundled', () => {
  const chunks = readdirSync(join(packageRoot(), 'dist', 'chunks')).filter((file) => file.endsWith('.mjs'));
  const text = chunks.map((file) => readFileSync(join(packageRoot(), 'dist', 'chunks', file), 'utf8')).join();
  const needed = [
    'createNamespacedServiceWithHttpInfo',
    'replaceNamespacedLeaseWithHttpInfo',
    'getCodeWithHttpInfo',
  ];
  const unneeded = [
    'createNamespacedStatefulSet',
    'connectDeleteNamespacedServiceProxy',
    'BatchV1Api',
    'V1CSIDriver',
  ];
  assert.equal(
    needed.filter((name) => !text.includes(name)),
    [],
  );
  assert.equal(
    unneeded.filter((name) => text.includes(name)),
    [],
  );
  // Names of classes are shortened, and each keeps its own as a text; lines are broken anywhere.
  const dense = text.replace(/\s+/g, '');
  // What the calls in use answer becomes objects all the way down, dates included.
  for (const model of ['V1PodList', 'V1ContainerStateRunning', 'V1EndpointSliceList', 'V1LeaseSpec'])
    assert.match(dense, `"${model}")}staticgetAttributeTypeMap(`, model);
});

test('whatever starts a bundle in a test builds it first', () => {
  const folder = join(packageRoot(), 'test');
  const starts = /\broleBundle\(|\b(?:embedded|kind)Provider\b|\bcliFile\b|packageRoot\(\), 'dist'/;
  const builds = /support\/(?:bundles|cli)\.ts'|'\.{1,2}\/(?:bundles|cli)\.ts'/;
  const stale = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => {
    if (!file.endsWith('.ts') || file.endsWith('/bundles.ts')) return false;
    const text = readFileSync(join(folder, file), 'utf8');
    return starts.test(text) && !builds.test(text);
  });
  assert.equal(stale, []);
});

test.run();
