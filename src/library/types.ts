import type { Report } from '../analysis/schema.ts';

export type { Report };

/*
 * The types of `import … from 'midflight'`. The build copies this file into dist/index.d.ts: it imports nothing else.
 * Durations are texts, as on the command line: '500ms', '10s', '1m30s'.
 */

/** 0 pass, 1 an expectation failed, 2 unknown, 3 not completed, 64 bad usage, 70 a defect of midflight, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 64 | 70 | 130;

/** What a run or a watch gives. */
export interface Result {
  readonly report: Report;
  /** The exit code that the command line would end with. */
  readonly exitCode: ExitCode;
  /** The folder of report.html, report.json, history.ndjson and the others. */
  readonly folder: string;
}

interface Common {
  /** Folder of the report. Default: `reports/<time>-<experiment>` below the working directory. */
  readonly out?: string;
  /** Replace reports in a folder that midflight has not written. Default: false. */
  readonly force?: boolean;
  /** Aborting it ends the run in order, with outcome `interrupted`. */
  readonly signal?: AbortSignal;
  /** Forms of the report, such as `['json', 'html']`. Default: json, markdown, junit, html. */
  readonly reporters?: readonly string[];
}

/** Options of `watch`; each has the default of the command line, except for `duration`. */
export interface WatchOptions extends Common {
  /**
   * What to do while clients are watched: a function, or a command and its arguments (no shell). It begins once all is well.
   * Its signal is aborted if the watch ends early.
   */
  readonly during?: ((signal: AbortSignal) => unknown) | readonly string[];
  /** Least duration of the watch; it also lasts until `during` is done. Default: '1s' with `during`, else '60s'. */
  readonly duration?: string;
  /** Slow requests held open. Default: 10. */
  readonly streams?: number;
  /** Probes a second in each lane. Default: 4. */
  readonly rate?: number;
  /** Probes on new connections, on a kept one, or both. Default: both. */
  readonly lanes?: readonly ('new' | 'reused')[];
  /** Path and query of the probes. Default: the URL's. */
  readonly probePath?: string;
  /** How long a stream may be silent before it counts as lost. Default: '20s'. */
  readonly stall?: string;
  /** Time-out of a probe. Default: '5s'. */
  readonly timeout?: string;
  /** How long probes must succeed for all to be well. Default: '5s'. */
  readonly stability?: string;
  /** How long to follow streams after the watch. Default: '60s', or 5 s longer than `stall`. */
  readonly follow?: string;
  /** Expected status. Default: 200. */
  readonly status?: number;
  /** `{ Authorization: 'Bearer …' }`; values appear in no report. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly http?: '1.1' | '2';
  /** Accept any certificate. Default: false. */
  readonly insecure?: boolean;
  /** `HOST:PORT:ADDRESS`, as curl's. */
  readonly resolve?: string;
  /** Size in bytes, last text and shortest duration of a whole stream. */
  readonly expectBytes?: number;
  readonly expectEnd?: string;
  readonly minTime?: string;
  /** Most lost streams, most failed probes in each lane, longest failover; more is verdict `fail`. */
  readonly maxLost?: number;
  readonly maxFailed?: number;
  readonly maxFailover?: string;
  /** Number of pods of a cluster to send the load from (needs kubectl), instead of this machine. */
  readonly agents?: number;
  /** Where they run: a context of the kubeconfig, that file, the namespace; and midflight's image of this version. */
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly agentImage?: string;
  /** Allows making agents; without it nothing is written to a cluster. Default: false. */
  readonly allowChanges?: boolean;
  /** More than 50 streams or 20 probes a second at a machine that is not this one. Default: false. */
  readonly iOwnThis?: boolean;
}

/** Options of `run`, as on the command line. */
export interface RunOptions extends Common {
  /** `context:NAME` is a cluster of yours: that context of the kubeconfig. Default: 'embedded'. */
  readonly cluster?: 'embedded' | 'kind' | `context:${string}`;
  readonly repeats?: number;
  readonly policies?: readonly string[];
  readonly seed?: number;
  /** kind: keep the cluster afterwards. */
  readonly keep?: boolean;
  /** kind: use the cluster that an earlier run kept. */
  readonly reuse?: boolean;
  /** kind: a configuration file of your own, which the scenario's nodes and timers are added to. */
  readonly kindConfig?: string;
  /** context: the kubeconfig file. Default: as kubectl finds it. */
  readonly kubeconfig?: string;
  /** context: change the cluster; without it nothing is written, and `run` rejects. Default: false. */
  readonly allowChanges?: boolean;
  /** context: sent with every request; values appear in no report. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Sends requests to a URL, without a cluster, while `during` works, and reports what clients lost. Rejects with what
 * `during` threw once the report is written; with a MidflightError (`code`, `message`, `hint`) for bad options.
 */
export type Watch = (url: string, options?: WatchOptions) => Promise<Result>;

/**
 * Runs one experiment: a scenario file, or the name of one that comes with midflight (`preemption`). Rejects with a
 * MidflightError for a file with problems, an unknown policy, a folder that cannot be written.
 */
export type Run = (file: string, options?: RunOptions) => Promise<Result>;

/** Reads report.json, given as a file or as its folder. Rejects for what is none, or of another schema version. */
export type ReadReport = (path: string) => Promise<Report>;

/** The report of a history (history.ndjson, or its folder), worked out again; writes nothing. */
export type Analyse = (path: string) => Promise<Report>;
