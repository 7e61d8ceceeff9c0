import type { K6Config, ProbeConfig, StreamsConfig } from './config.ts';
import type { LoadCommand } from './protocol.ts';

/** How agents take over the work of one process of a load. */
export type InAgents<Config, Command> = SharedOut<Config> | ByRunners<Config, Command>;

/** Each agent runs a process of this role, with its share of the configuration. */
interface SharedOut<Config> {
  readonly way: 'shares';
  shares(config: Config, agents: number): readonly Share<Config>[];
}

/** The runners of k6's operator send the load; one process of this role stands beside them. */
interface ByRunners<Config, Command> {
  readonly way: 'runners';
  /** What the runners are made from. */
  k6(config: Config): K6Config;
  /** The configuration of the process beside them. */
  beside(config: Config, runners: { readonly count: number; readonly port: number }): Config;
  /** A report about a runner, as a command of that process' protocol. */
  heard(news: RunnerNews): Command;
}
export type RunnerNews = Extract<LoadCommand, { type: 'samples' | 'runner-ended' }>;

/** What one agent does of a load. */
export interface Share<Config> {
  readonly agent: number;
  readonly config: Config;
  /** How long after the others' beginning its own comes, real milliseconds. */
  readonly delayMs: number;
}

/** This part of a request's id shows which agent sent it. */
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
