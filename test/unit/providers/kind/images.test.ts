import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultImages, imagesOf } from '../../../../src/providers/kind/images.ts';

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
    assert.match(defaultImages[part], /^[a-z]+(\/[a-z]+)?:v?\d[\w.-]*$/);
    assert.not.match(defaultImages[part], /:latest$/);
  }
});

test.run();
