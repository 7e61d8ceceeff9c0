import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  meets,
  parseFieldSelector,
  parseLabelSelector,
  selects,
} from '../../../../../src/cluster/control-plane/api/selectors.ts';

const test = suite('selectors');
const labels = { app: 'web', tier: 'front', size: '3' };

const cases: [string, boolean][] = [
  ['', true],
  ['app=web', true],
  ['app==web,tier=front', true],
  ['app = web', true],
  ['app!=web', false],
  ['zone!=a', true],
  ['app in (web, api)', true],
  ['app in (api),tier=front', false],
  ['app notin (api,db)', true],
  ['zone notin (a)', true],
  ['app', true],
  ['zone', false],
  ['!zone', true],
  ['! app', false],
  ['size>2', true],
  ['size<3', false],
  ['app in (web,api),!zone,tier!=back', true],
];

for (const [text, expected] of cases) {
  test(`${JSON.stringify(text)} is ${expected}`, () => {
    assert.is(
      parseLabelSelector(text).every((term) => meets(labels, term)),
      expected,
    );
  });
}

test('what cannot be read is a bad request', () => {
  for (const text of ['a b', 'app in web', 'a=b=c', '=x']) {
    assert.throws(
      () => parseLabelSelector(text),
      (error: { status?: { code: number } }) => error.status?.code === 400,
      text,
    );
  }
  assert.throws(() => parseFieldSelector('pods', 'spec.color=red'), /field label not supported/);
});

test('a missing selector selects nothing, an empty one everything', () => {
  assert.is(selects(undefined, labels), false);
  assert.is(selects({}, labels), true);
  assert.is(
    selects({ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'zone', operator: 'Exists' }] }, labels),
    false,
  );
});

test.run();
