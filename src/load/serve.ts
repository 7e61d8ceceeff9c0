import type { RoleContext } from '../base/role.ts';

/** The messages that every load process takes, see config.ts. */
export interface LoadControl {
  begin(): void;
  quiesce(): void;
  cancel(): void;
  /** The process is about to end: what is in flight is cancelled, and reported so. */
  stop(): void | Promise<void>;
}

/** Connects a load to its parent's messages. */
export async function serveLoad(context: RoleContext, load: LoadControl): Promise<Record<string, unknown>> {
  // A mass failure makes an Error each; nobody reads where in node it was made.
  Error.stackTraceLimit = 0;
  context.onMessage(({ type }) => {
    if (type === 'begin') load.begin();
    else if (type === 'quiesce') load.quiesce();
    else if (type === 'cancel') load.cancel();
  });
  context.onStop(() => load.stop());
  return {};
}
