import { EventEmitter } from 'node:events';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { onSignals } from '../../../src/cli/signals.ts';

function listening() {
  const source = new EventEmitter();
  const said: number[] = [];
  const interruption = onSignals(source, (code) => said.push(code));
  return { source, said, interruption };
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  test(`${name} asks for an orderly end`, () => {
    const { source, said, interruption } = listening();
    assert.not.ok(interruption.signal.aborted);
    source.emit(name);
    assert.ok(interruption.signal.aborted);
    const reason: unknown = interruption.signal.reason;
    assert.ok(reason instanceof MidflightError && reason.code === 'interrupted' && reason.exitCode === 130);
    assert.equal(said, []);
  });
}

test('a second one ends at once, with its own exit code', () => {
  const { source, said } = listening();
  source.emit('SIGINT');
  source.emit('SIGINT');
  source.emit('SIGTERM');
  assert.equal(said, [130, 143]);
});

test('it ends any number of things at once, without a warning from Node', async () => {
  const { interruption } = listening();
  const warnings: string[] = [];
  const warned = ({ message }: Error) => warnings.push(message);
  process.on('warning', warned);
  for (let each = 0; each < 50; each += 1) interruption.signal.addEventListener('abort', () => {});
  await new Promise(setImmediate);
  process.off('warning', warned);
  interruption.dispose();
  assert.equal(warnings, []);
});

test('after dispose nothing is listened for', () => {
  const { source, interruption } = listening();
  interruption.dispose();
  assert.is(
    source.listenerCount('SIGINT') + source.listenerCount('SIGTERM') + source.listenerCount('SIGHUP'),
    0,
  );
});

test.run();
