import type * as z from 'zod/mini';
import type { Clock } from '../base/clock.ts';
import { serveRole } from '../base/role.ts';
import { type LoadCommand, type LoadContext, loadCommand } from './protocol.ts';

/** The commands that every load process takes (protocol.ts), and its end. */
export interface LoadControl {
  begin(): void;
  quiesce(): void;
  cancel(): void;
  /** New connections go to another address from now on; kept ones that are idle are given up. */
  move?(to: { readonly host: string; readonly port: number }): void;
  /** What is known of k6's runners in pods; only k6 takes it. */
  hear?(command: Extract<LoadCommand, { type: 'samples' | 'runner-ended' }>): void;
  /** The process is about to end: what is in flight is cancelled, and reported so. */
  stop(): void | Promise<void>;
}

/** Makes a load, which begins on command; `more`: what only one of them takes. */
export type MakeLoad<Config, More extends readonly unknown[] = []> = (
  config: Config,
  context: Pick<LoadContext, 'emit' | 'flush'>,
  clock: Clock,
  ...more: More
) => LoadControl;

/** Runs a load process: `prepare` makes the load, which then follows its parent's commands. */
export function serveLoad<Config>(
  config: z.core.$ZodType<Config>,
  prepare: (config: Config, context: LoadContext) => LoadControl | Promise<LoadControl>,
): void {
  serveRole({ config, command: loadCommand }, async (given: Config, context: LoadContext) => {
    const load = await prepare(given, context);
    // A mass failure makes an Error each; nobody reads where in node it was made.
    Error.stackTraceLimit = 0;
    context.onMessage((command) => {
      switch (command.type) {
        case 'move':
          return load.move?.(command);
        case 'samples':
        case 'runner-ended':
          return load.hear?.(command);
        default:
          return load[command.type]();
      }
    });
    context.onStop(() => load.stop());
    return {};
  });
}
