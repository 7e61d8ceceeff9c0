import * as z from 'zod/mini';
import type { RoleContext } from '../base/role.ts';

const moveTo = z.object({ host: z.string(), port: z.int() });

/** The messages that every load process takes, see config.ts. */
export interface LoadControl {
  begin(): void;
  quiesce(): void;
  cancel(): void;
  /** New connections go to another address from now on; kept ones that are idle are given up. */
  move?(to: { readonly host: string; readonly port: number }): void;
  /** The process is about to end: what is in flight is cancelled, and reported so. */
  stop(): void | Promise<void>;
}

/** Connects a load to its parent's messages. */
export async function serveLoad(context: RoleContext, load: LoadControl): Promise<Record<string, unknown>> {
  // A mass failure makes an Error each; nobody reads where in node it was made.
  Error.stackTraceLimit = 0;
  context.onMessage(({ type, ...rest }) => {
    if (type === 'begin') load.begin();
    else if (type === 'quiesce') load.quiesce();
    else if (type === 'cancel') load.cancel();
    else if (type === 'move') load.move?.(moveTo.parse(rest));
  });
  context.onStop(() => load.stop());
  return {};
}
