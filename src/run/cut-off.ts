import { abortController } from '../base/signals.ts';
import type { RunState } from './state.ts';

const neverAborted = abortController().signal;

/**
 * Ends what is still in flight, and waits until its end is recorded: cut by us, it is cancelled and no loss. After Ctrl-C as well,
 * but then nobody waits long.
 */
export async function cutOff(
  { state, signal }: { readonly state: RunState; readonly signal: AbortSignal },
  { idle, cancel }: { idle(): boolean; cancel(): void },
): Promise<void> {
  if (idle()) return;
  cancel();
  await state.until(idle, signal.aborted ? 2000 : 5000, neverAborted);
}
