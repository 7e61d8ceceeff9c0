import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spoiledBy } from '../../../src/run/spoiled.ts';
import { runState } from '../../../src/run/state.ts';

const after = (more: Partial<Parameters<typeof spoiledBy>[0]>) => {
  const state = runState();
  state.beginTrial();
  return spoiledBy({ opened: true, edgeEnded: false, last: 'completed', state, ...more });
};

test('a cluster whose trial came to its end with all parts of ours may be used again', () => {
  assert.is(after({}), null);
});

test('one that did not come up, lost its edge, or could not end a trial may not', () => {
  assert.is(after({ opened: false })?.text, 'it did not come up');
  assert.is(after({ edgeEnded: true })?.code, 'edge-ended');
  for (const last of ['failed', 'aborted', 'interrupted', null] as const)
    assert.is(after({ last })?.code, 'not-restored', `${last}`);
});

test('nor one of which a part failed, in a trial or since', () => {
  const state = runState();
  state.beginTrial();
  state.observe({
    type: 'instrument-failed',
    t: 1,
    instrument: 'edge',
    code: 'did-not-answer',
    reason: 'late',
  });
  assert.equal(after({ state }), { code: 'instrument-failed', text: 'edge: late' });
  state.failForGood({ code: 'instrument-failed', text: 'the API server is gone' });
  assert.is(after({ state })?.text, 'the API server is gone');
});

test.run();
