import type { Message } from '../base/role.ts';
import type { Wait } from '../base/wait.ts';
import type { HistoryEvent } from '../history/schema.ts';
import type { AnyPlan } from '../plan/schema.ts';
import { doneLine, frame, plainLine } from './live-frame.ts';
import { liveState, say as sayIn, takeEvent, takeProgress } from './live-state.ts';
import { paint } from './paint.ts';

interface LiveOptions {
  readonly plan: AnyPlan;
  readonly stream: { write(text: string): unknown };
  /** The terminal's width as it is now. */
  columns(): number;
  readonly colour: boolean;
  /** Lines are painted over; else plain lines follow each other. */
  readonly interactive: boolean;
  /** Milliseconds of any clock that only goes forward. */
  now(): number;
}

/** Shows a run while it goes on. Nothing stands still for more than two seconds. */
interface LiveView {
  event(event: HistoryEvent): void;
  progress(load: string, message: Message): void;
  status(text: string): void;
  /** What is waited for; null: for nothing more. */
  wait(wait: Wait | null): void;
  /** Takes the painted lines away and gives the cursor back. Safe to call twice. */
  stop(): void;
}

const paintMs = 100;
/** How often at least a plain line is printed. */
const plainMs = 1500;
const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

export function liveView(options: LiveOptions): LiveView {
  const { plan, stream, interactive, now } = options;
  const colours = paint(options.colour);
  const state = liveState(plan);
  const probes = new Set<string>();
  const began = now();
  let painted = 0;
  let tick = 0;
  let shown = 0;
  let saidAt = Number.NEGATIVE_INFINITY;
  let due = true;
  let stopped = false;

  const elapsed = () => (now() - began) / 1000;
  // From the first column: a Ctrl-C is echoed as ^C where the cursor waits.
  const erase = () => (painted === 0 ? '' : `\r\u001b[${painted}A\u001b[J`);
  const finished = () => {
    const lines = state.done.slice(shown).map((trial, index) => doneLine(trial, shown + index + 1, colours));
    shown = state.done.length;
    return lines;
  };
  const repaint = () => {
    const before = erase();
    const lines = frame(state, { columns: options.columns(), colours, elapsedSeconds: elapsed(), tick });
    tick += 1;
    stream.write(`${before}${[...finished(), ...lines].map((line) => `${line}\n`).join('')}`);
    painted = lines.length;
  };
  const say = () => {
    const lines = [...finished(), plainLine(state, elapsed())];
    saidAt = now();
    stream.write(lines.map((line) => `${line}\n`).join(''));
  };
  const turn = () => {
    if (interactive) return repaint();
    if (!due && now() - saidAt < plainMs) return;
    due = false;
    say();
  };
  if (interactive) stream.write(hideCursor);
  const timer = setInterval(turn, paintMs);
  timer.unref();

  return {
    event(event) {
      if (takeEvent(state, event, probes)) due = true;
    },
    progress(load, message) {
      takeProgress(state, load, message);
    },
    status(text) {
      sayIn(state, text);
      due = true;
    },
    wait(wait) {
      state.wait = wait === null ? null : { what: wait.what, untilSeconds: elapsed() + wait.limitMs / 1000 };
    },
    stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      const last = finished()
        .map((line) => `${line}\n`)
        .join('');
      stream.write(interactive ? `${erase()}${last}${showCursor}` : last);
    },
  };
}
