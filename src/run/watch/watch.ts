import type { Clock } from '../../base/clock.ts';
import type { RoleHandle } from '../../base/role.ts';
import type { HistoryEvent } from '../../history/schema.ts';
import type { LoadTarget, WantedAnswer } from '../../load/config.ts';
import type { LoadCommand } from '../../load/protocol.ts';
import type { AnyPlan } from '../../plan/schema.ts';
import type { AgentsOptions } from '../../providers/agents/index.ts';
import type { JournalPlace } from '../../providers/journals.ts';
import type { ConductOptions } from '../conduct.ts';
import type { RunState } from '../state.ts';
import type { During } from '../user-command.ts';
import type { Failures } from './failures.ts';
import type { OrderlyCuts } from './orderly-cut.ts';

export interface WatchRunOptions extends ConductOptions {
  /** Pods of a cluster that the load comes from, and their journal; absent: this machine. */
  readonly agents?: { readonly options: AgentsOptions; readonly journal: JournalPlace };
  readonly plan: AnyPlan;
  /** The target of the streams. */
  readonly target: LoadTarget;
  /** The target of the probes: the same host, maybe another path. */
  readonly probeTarget: LoadTarget;
  readonly http: '1.1' | '2';
  /** Real milliseconds of the watch, from when all was well. */
  readonly durationMs: number;
  /** Real milliseconds that streams are followed after it. */
  readonly followMs: number;
  /** What whole streams have beside HTTP's framing. */
  readonly wanted: WantedAnswer;
  /** What to run meanwhile; empty: nothing. */
  readonly command: readonly string[];
  /** A function in place of a command; `command` is its name then. */
  readonly during?: During;
  /** The same as the history may have it: without what may be secret. */
  readonly shownCommand: readonly string[];
}

/** A watch under way. */
export interface WatchedRun {
  readonly options: WatchRunOptions;
  readonly clock: Clock;
  readonly state: RunState;
  readonly failures: Failures;
  readonly cuts: OrderlyCuts;
  readonly record: (event: HistoryEvent) => void;
  readonly streams: RoleHandle<LoadCommand> | null;
  readonly probe: RoleHandle<LoadCommand> | null;
}
