import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { version } from '../../../../src/cluster/control-plane/http/discovery.ts';
import { defaultImages, imagesOf } from '../../../../src/providers/kind/images.ts';
import { supportedNode } from '../../../../src/providers/machine-checks.ts';

const parts = ['node', 'traefik', 'app'] as const;

test('without any wish the pinned ones', () => {
  assert.equal(imagesOf({}), defaultImages);
  assert.equal(imagesOf({ node: null, traefik: null, app: null }), defaultImages);
});

for (const part of parts)
  test(`a wish for ${part} is for ${part} alone`, () => {
    assert.equal(imagesOf({ [part]: 'registry.test/own:1' }), {
      ...defaultImages,
      [part]: 'registry.test/own:1',
    });
  });

test('all wishes at once', () => {
  assert.equal(imagesOf({ node: 'n:1', traefik: 't:2', app: 'a:3' }), {
    node: 'n:1',
    traefik: 't:2',
    app: 'a:3',
  });
});

test('every default is a public name with a version', () => {
  for (const part of parts) {
    assert.match(defaultImages[part], /^[a-z]+(\/[a-z]+)?:v?\d[\w.-]*(@sha256:[0-9a-f]{64})?$/);
    assert.not.match(defaultImages[part], /:latest$/);
  }
});

test('the app runs on a Node.js that is still maintained', () => {
  const major = Number(/^node:(\d+)-/.exec(defaultImages.app)?.[1]);
  assert.ok(major >= supportedNode, defaultImages.app);
});

test('the embedded cluster reports the Kubernetes version that kind runs by default', () => {
  const [, kind] = /^kindest\/node:(v[\d.]+)@/.exec(defaultImages.node) ?? [];
  assert.is(version.gitVersion, `${kind}+midflight`);
  assert.is(`v${version.major}.${version.minor}.0`, kind);
});

test.run();
