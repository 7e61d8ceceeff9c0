import { spawn } from 'node:child_process';
import { messageOf } from '../base/errors.ts';
import { visibleLine } from '../base/visible.ts';
import type { AnyPlan } from '../plan/schema.ts';
import { type UiFeed, uiFeed } from '../reports/ui/feed.ts';
import type { Io } from './io.ts';
import { serveUi } from './ui-server.ts';

interface LivePage {
  readonly feed: UiFeed;
  close(): Promise<void>;
}

/**
 * The page of --ui: its address is printed, and opened in the browser if standard error is a terminal. Null, and said, if
 * loopback gives no port: a run goes on without it.
 */
export async function livePage(plan: AnyPlan, { stderr, env }: Io): Promise<LivePage | null> {
  const feed = uiFeed(plan);
  try {
    const server = await serveUi(plan.experiment, feed.frame);
    stderr.write(`midflight: live page: ${server.url}\n`);
    if (stderr.isTTY === true) openInBrowser(server.url, env);
    return {
      feed,
      close() {
        feed.end();
        return server.close();
      },
    };
  } catch (error) {
    stderr.write(`midflight: no live page: ${visibleLine(messageOf(error))}\n`);
    return null;
  }
}

/** Each system's own command for it. */
const openers: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', linux: 'xdg-open' };

/** The address is printed on the terminal too, so a system without such a command loses nothing. */
function openInBrowser(url: string, env: Io['env']): void {
  const program = openers[process.platform];
  if (program === undefined) return;
  const child = spawn(program, [url], { stdio: 'ignore', detached: true, env: { ...env } });
  child.on('error', () => undefined);
  child.unref();
}
