import type { ProbeConfig, StreamsConfig } from '../../load/config.ts';

/** What one agent does of a load. */
export interface Share<Config> {
  readonly agent: number;
  readonly config: Config;
  /** How long after the others' beginning its own comes, real milliseconds. */
  readonly delayMs: number;
}

/** This part of a request's id says in a history which agent sent it. */
const mark = (agent: number) => `a${agent}-`;

/** The streams as evenly as their number allows; an agent without any is left out. */
export function shareStreams(config: StreamsConfig, agents: number): Share<StreamsConfig>[] {
  return Array.from({ length: agents }, (_, agent) => {
    const concurrency =
      Math.floor(config.concurrency / agents) + (agent < config.concurrency % agents ? 1 : 0);
    return {
      agent,
      delayMs: 0,
      config: { ...config, concurrency, idPrefix: `${config.idPrefix}${mark(agent)}` },
    };
  }).filter((share) => share.config.concurrency > 0);
}

/**
 * Probes on new connections in turn, one agent after the other, so that all together they are as evenly spaced as those of
 * one. A kept connection is one client's: the first agent probes it alone, at the whole rate.
 */
export function shareProbes(config: ProbeConfig, agents: number): Share<ProbeConfig>[] {
  const fresh = config.lanes.includes('new')
    ? Array.from({ length: agents }, (_, agent) => ({
        agent,
        delayMs: (agent * 1000) / config.rate,
        config: {
          ...config,
          lanes: ['new' as const],
          rate: config.rate / agents,
          idPrefix: `${config.idPrefix}${mark(agent)}n`,
        },
      }))
    : [];
  const kept = config.lanes.includes('reused')
    ? [
        {
          agent: 0,
          delayMs: 500 / config.rate,
          config: { ...config, lanes: ['reused' as const], idPrefix: `${config.idPrefix}${mark(0)}r` },
        },
      ]
    : [];
  return [...fresh, ...kept];
}
