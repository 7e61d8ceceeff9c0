import { resolve } from 'node:path';
import { packageVersion } from '../base/package.ts';
import { parseDuration } from '../base/units.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { PlannedAgents, PlannedLoad } from './schema.ts';

type LoadItem = Scenario['load'][number];
/** midflight's own image, of this version: what agents are made from by default. */
export const ownImage = (): string => `ghcr.io/midflight/midflight:${packageVersion()}`;

function planAgents(agents: NonNullable<Extract<LoadItem, { kind: 'streams' }>['agents']>): PlannedAgents {
  const { context = null, image = ownImage(), ...rest } = agents;
  return { ...rest, context, image };
}

const ms = (text: string): number => parseDuration(text) ?? 0;

/** One load item with its durations in milliseconds of cluster time. Scripts are found beside the scenario. */
export function planLoad(item: LoadItem, folder: string): PlannedLoad {
  switch (item.kind) {
    case 'streams': {
      const { duration, chunkInterval, ramp, stall, connectTimeout, agents, ...rest } = item;
      return {
        ...rest,
        durationMs: ms(duration),
        chunkIntervalMs: ms(chunkInterval),
        rampMs: ms(ramp),
        stallMs: ms(stall),
        connectTimeoutMs: ms(connectTimeout),
        ...(agents === undefined ? {} : { agents: planAgents(agents) }),
      };
    }
    case 'probe': {
      const { timeout, agents, ...rest } = item;
      return {
        ...rest,
        timeoutMs: ms(timeout),
        ...(agents === undefined ? {} : { agents: planAgents(agents) }),
      };
    }
    case 'autocannon': {
      const { timeout, connections = null, ...rest } = item;
      return { ...rest, connections, timeoutMs: ms(timeout) };
    }
    case 'k6': {
      const { duration, script, rate, agents, runnerImage, ...rest } = item;
      return {
        ...rest,
        durationMs: ms(duration),
        script: script === undefined ? null : resolve(folder, script),
        rate: rate ?? null,
        ...(agents === undefined ? {} : { agents: planAgents(agents) }),
        ...(runnerImage === undefined ? {} : { runnerImage }),
      };
    }
  }
}
