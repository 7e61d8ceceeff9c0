import type * as z from 'zod/mini';
import { serveRole } from '../base/role.ts';
import { type LoadContext, loadCommand } from './protocol.ts';

/** What every load process can be told (protocol.ts), and its end. */
export interface LoadControl {
  begin(): void;
  quiesce(): void;
  cancel(): void;
  /** New connections go to another address from now on; kept ones that are idle are given up. */
  move?(to: { readonly host: string; readonly port: number }): void;
  /** The process is about to end: what is in flight is cancelled, and reported so. */
  stop(): void | Promise<void>;
}

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
      if (command.type === 'move') load.move?.(command);
      else load[command.type]();
    });
    context.onStop(() => load.stop());
    return {};
  });
}
