import { adviceOf, type ExitCode, exitCodes } from '../base/errors.ts';
import { abortsAfter } from '../base/signals.ts';
import { readJournal } from '../changes/journal.ts';
import { resolveEdge } from '../presets/resolve.ts';
import { alone, cleanUp, type Left, leftovers, setAside } from '../providers/clean.ts';
import { strays } from '../providers/strays.ts';
import type { Io } from './io.ts';

/** The limit for one run's leftovers: a cluster's deletion and a node's return take this long at most. Real ms. */
const limitMs = 600_000;

/** `midflight clean`: 0: nothing is left. 3: something could not be undone, and is still in its journal. */
export async function cleanAll(
  { dryRun, finish }: { dryRun: boolean; finish: boolean },
  io: Io,
): Promise<ExitCode> {
  const say = (text: string) => io.stdout.write(`${text}\n`);
  const { left, damaged } = leftovers();
  let failed = 0;
  for (const one of left) {
    if (one.alive) say(`${titleOf(one)}: in use by process ${one.content.opening.owner.pid}, left alone`);
    else if (dryRun) describe(one, say);
    else failed += finish ? await complete(one, say) : await clean(one, say);
  }
  for (const { file, why } of damaged) {
    say(`${file}: ${why}; what it names is looked for by its marks`);
  }
  const found = await strays();
  let gone = 0;
  for (const stray of found) {
    if (dryRun) say(`${stray.what}: left by a run that is gone`);
    else {
      const result = await remove(stray, say);
      if (result === 'gone') gone += 1;
      if (result === 'failed') failed += 1;
    }
  }
  // If something failed, the next clean is to look by the marks again.
  if (!dryRun && failed === 0) for (const one of damaged) say(`${one.file}: kept as ${setAside(one)}`);
  if (left.every(({ alive }) => alive) && damaged.length === 0 && found.length === gone)
    say('nothing was left');
  else if (failed > 0) say(`${failed} could not be undone: run midflight clean again when the cause is gone`);
  return failed === 0 ? exitCodes.pass : exitCodes.incomplete;
}

const titleOf = ({ content: { opening } }: Left) => `${opening.what}, ${opening.wallTime.slice(0, 19)}Z`;

function describe(one: Left, say: (text: string) => void): void {
  say(`${titleOf(one)}: ended without cleaning up`);
  for (const { kind, target } of one.content.open) say(`  ${kind}: ${JSON.stringify(target)}`);
}

async function clean(one: Left, say: (text: string) => void): Promise<number> {
  say(`${titleOf(one)}:`);
  try {
    const { unwound, open } = await cleanUp(one, abortsAfter(limitMs));
    for (const { what, result, detail } of unwound) say(`  ${what}: ${words[result]}${detail}`);
    return open;
  } catch (error) {
    say(`  ${adviceOf(error)}`);
    return 1;
  }
}

/** `clean --finish`: a flip that died half-way is completed; anything else is undone. */
async function complete(one: Left, say: (text: string) => void): Promise<number> {
  const { finishFlip, isFlip } = await import('../run/flip/finish.ts');
  if (!isFlip(one.content)) return clean(one, say);
  say(`${titleOf(one)}: completing it`);
  try {
    // Once more from the disk: another may have cleaned between the reading and the lock.
    await alone(one, () =>
      finishFlip(one.file, readJournal(one.file), abortsAfter(finishLimitMs), {
        edgeOf: (preset) => resolveEdge(preset).edge,
        say: (text) => say(`  ${text}`),
      }),
    );
    return 0;
  } catch (error) {
    say(`  ${adviceOf(error)}`);
    return 1;
  }
}

/** Every step may wait for all timers of a balancer. Real milliseconds. */
const finishLimitMs = 3_600_000;

const words = { restored: '', already: '', left: 'left as it is, ', failed: 'FAILED, ' } as const;

/** `gone`: it ended by itself between being found and being removed, so there is nothing to report. */
async function remove(
  stray: Awaited<ReturnType<typeof strays>>[number],
  say: (text: string) => void,
): Promise<'removed' | 'gone' | 'failed'> {
  try {
    const done = await stray.remove();
    if (done === undefined) return 'gone';
    say(`${stray.what}: ${done}`);
    return 'removed';
  } catch (error) {
    say(`${stray.what}: FAILED, ${adviceOf(error)}`);
    return 'failed';
  }
}
