import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { packageVersion } from '../../../src/base/package.ts';
import { type AgentArguments, agentsOf } from '../../../src/cli/agents.ts';

const load = { streams: 10, durationMs: 60_000, followMs: 60_000 };

function refusal(args: AgentArguments, of = load): string {
  try {
    agentsOf(args, of);
  } catch (error) {
    assert.ok(error instanceof MidflightError && error.code === 'bad-usage');
    return error.message;
  }
  throw new Error('not refused');
}

test('without --agents the load comes from here, and options of agents are a mistake', () => {
  assert.is(agentsOf({}, load), null);
  assert.match(refusal({ context: 'prod' }), '--context is for agents');
  assert.match(refusal({ agentImage: 'x' }), '--agent-image is for agents');
  assert.match(refusal({ allowChanges: true }), '--allow-changes is for agents');
  assert.is(agentsOf({ allowChanges: false }, load), null);
});

test('defaults: the image of this version, and pods that outlive the watch, but not for long', () => {
  const agents = agentsOf({ agents: 4, allowChanges: true }, load);
  assert.is(agents?.image, `ghcr.io/midflight/midflight:${packageVersion()}`);
  assert.is(agents?.namespace, 'default');
  assert.is(agents?.limitSeconds, 1020);
});

test('without --allow-changes none are made', () => {
  for (const allowChanges of [false, undefined])
    assert.match(refusal({ agents: 4, allowChanges }), '--allow-changes is not given');
});

test('more agents than streams, zero agents and a fraction of one are refused', () => {
  assert.match(refusal({ agents: 11 }), '11 agents cannot share 10 streams');
  assert.is(agentsOf({ agents: 11, allowChanges: true }, { ...load, streams: 0 })?.count, 11);
  for (const agents of [0, 1.5, 101]) assert.match(refusal({ agents }), '--agents');
});

test.run();
