import { resolve } from 'node:path';
import { parseDuration } from '../base/units.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { PlannedLoad } from './schema.ts';

type LoadItem = Scenario['load'][number];
const ms = (text: string): number => parseDuration(text) ?? 0;

/** One load item with its durations in milliseconds of cluster time. Scripts are found beside the scenario. */
export function planLoad(item: LoadItem, folder: string): PlannedLoad {
  switch (item.kind) {
    case 'streams': {
      const { duration, chunkInterval, ramp, stall, connectTimeout, ...rest } = item;
      return {
        ...rest,
        durationMs: ms(duration),
        chunkIntervalMs: ms(chunkInterval),
        rampMs: ms(ramp),
        stallMs: ms(stall),
        connectTimeoutMs: ms(connectTimeout),
      };
    }
    case 'probe': {
      const { timeout, ...rest } = item;
      return { ...rest, timeoutMs: ms(timeout) };
    }
    case 'autocannon': {
      const { timeout, connections = null, ...rest } = item;
      return { ...rest, connections, timeoutMs: ms(timeout) };
    }
    case 'k6': {
      const { duration, script, rate, ...rest } = item;
      return {
        ...rest,
        durationMs: ms(duration),
        script: script === undefined ? null : resolve(folder, script),
        rate: rate ?? null,
      };
    }
  }
}
