import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type FaultTraits, faultTraits } from '../../../src/catalogue/faults.ts';
import { parameterSchema, parametersOf } from '../../../src/scenario/parameter.ts';
import { fault } from '../../../src/scenario/parts/fault.ts';

const traits: FaultTraits = {
  ...faultTraits.unplug,
  parameters: {
    loss: { form: 'share', least: '1%', most: '90%', byDefault: '20%', words: 'Packets lost' },
    pause: { form: 'duration', least: '1s', most: '1h', byDefault: '1m30s', words: 'Between two' },
    pods: { form: 'count', least: 1, most: 9, byDefault: 2, words: 'How many' },
  },
};

test('a fault gets its parameters as numbers: the given ones, and the defaults of the others', () => {
  assert.equal(parametersOf(traits, {}), { loss: 0.2, pause: 90_000, pods: 2 });
  assert.equal(parametersOf(traits, { loss: '2.5%', pods: 7, kind: 'x' }), {
    loss: 0.025,
    pause: 90_000,
    pods: 7,
  });
  assert.equal(parametersOf(faultTraits.unplug, { loss: '20%' }), {});
});

test('each form has its bounds, both included', () => {
  const accepts = (name: string, value: unknown) => {
    const parameter = traits.parameters?.[name];
    assert.ok(parameter);
    return parameterSchema(parameter).safeParse(value).success;
  };
  for (const good of ['1%', '20%', '90%', '12.5%', undefined]) assert.ok(accepts('loss', good), `${good}`);
  for (const bad of ['0.9%', '91%', '20', 20, '-1%', '%', '1e1%']) assert.not(accepts('loss', bad), `${bad}`);
  for (const good of ['1s', '1h']) assert.ok(accepts('pause', good));
  for (const bad of ['999ms', '61m', '5', 5]) assert.not(accepts('pause', bad), `${bad}`);
  for (const good of [1, 9]) assert.ok(accepts('pods', good));
  for (const bad of [0, 10, 1.5, '2']) assert.not(accepts('pods', bad), `${bad}`);
});

test('a scenario gives drain its time-out as kubectl does, and no other fault has it', () => {
  const target = { runs: 'app' };
  assert.ok(fault.safeParse({ kind: 'drain', target, timeout: '1m' }).success);
  const { error } = fault.safeParse({ kind: 'unplug', target, timeout: '1m' });
  assert.equal(
    error?.issues.map(({ path, code }) => [path, code]),
    [[['timeout'], 'custom']],
  );
});

test.run();
