import { nsPerMs } from '../base/units.ts';
import { policyLabel } from './figures.ts';
import { type LiveState, recentProbes, sum } from './live-state.ts';
import { phaseWords } from './live-words.ts';
import type { Paint } from './paint.ts';
import { width } from './table.ts';

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

interface FrameOptions {
  readonly columns: number;
  readonly colours: Paint;
  readonly elapsedSeconds: number;
  readonly tick: number;
}

/** What the screen shows at one instant: a few lines, none wider than the terminal. */
export function frame(state: LiveState, { columns, colours, elapsedSeconds, tick }: FrameOptions): string[] {
  const { plan, trial, phase } = state;
  const turn = colours.cyan(spinner[tick % spinner.length] ?? '');
  const time = `${elapsedSeconds.toFixed(0)} s of about ${plan.expectedWallSeconds} s`;
  if (trial === null) return [fit(`${turn} ${state.status} · ${time}`, columns)];
  const since = ((state.now - state.phaseAt) * plan.timeScale) / nsPerMs / 1000;
  const where = phase === null ? state.status : `${phaseWords[phase]} ${Math.max(0, since).toFixed(0)} s`;
  const head = `${turn} trial ${trial.number} of ${plan.trials.length} · ${colours.bold(policyLabel(trial.policy))} · ${where} · ${time}`;
  const lost = sum(state, 'lost');
  const { all, failed } = recentProbes(state);
  const probes =
    all === 0
      ? ''
      : ` · new requests ${failed === 0 ? colours.green('ok') : colours.red(`${failed} of ${all} failing`)}`;
  const counts = `  streams ${sum(state, 'inFlight')} in flight, ${sum(state, 'completed')} done, ${lost === 0 ? '0 lost' : colours.red(`${lost} lost`)}${probes}`;
  const more = [
    ...(state.wait === null ? [] : [`  ${waitWords(state.wait)}`]),
    ...(state.saidInTrial ? [`  ${state.status}`] : []),
  ];
  return [...[head, counts, ...more].map((line) => fit(line, columns)), ...board(state, columns, colours)];
}

/** On the clock of the elapsed time beside it. */
const waitWords = ({ what, untilSeconds }: NonNullable<LiveState['wait']>) =>
  `waiting until ${untilSeconds.toFixed(0)} s at the latest for ${what}`;

/** More lines than these could not be painted over on a small terminal. */
const boardLines = 6;

/** Each node as the edge holds it: green, red or not yet asked; of many, those that are not green. As many a line as fit. */
function board(state: LiveState, columns: number, colours: Paint): string[] {
  const all = [...state.nodes];
  const cell = ([name, health]: (typeof all)[number]) => {
    const dot = { green: colours.green('●'), red: colours.red('○'), unknown: colours.dim('·') }[health];
    return `${dot} ${name === state.hit?.node ? colours.red(`${name} (${state.hit.word})`) : name}`;
  };
  const whole = laidOut(all.map(cell), columns);
  if (whole.length <= boardLines) return whole;
  const noteworthy = all.filter(([name, health]) => health !== 'green' || name === state.hit?.node);
  const rest = `${colours.green('●')} ${all.length - noteworthy.length} of ${all.length} nodes`;
  const lines = laidOut([rest, ...noteworthy.map(cell)], columns);
  return lines.length <= boardLines ? lines : [...lines.slice(0, boardLines - 1), '         …'];
}

/** The marks, explained next to them. */
const legend = '  edge (● in use, ○ not):';

function laidOut(cells: readonly string[], columns: number): string[] {
  if (cells.length === 0) return [];
  const lines: string[] = [];
  let line = legend;
  for (const cell of cells) {
    if (width(line) + 2 + width(cell) > columns && line.trim() !== '') {
      lines.push(line);
      line = '      ';
    }
    line += `  ${cell}`;
  }
  return [...lines, line].map((text) => fit(text, columns));
}

/** Cuts what is wider than the terminal: a wrapped line could not be painted over. Colours take no room. */
function fit(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let shown = 0;
  let inCode = false;
  let out = '';
  for (const char of text) {
    if (char === '\u001b') inCode = true;
    if (inCode || shown < columns) out += char;
    if (!inCode) shown += 1;
    else if (char === 'm') inCode = false;
  }
  return out;
}

/** The same as one plain line, for a log. */
export function plainLine(state: LiveState, elapsedSeconds: number): string {
  const { trial, phase, plan } = state;
  const time = `${elapsedSeconds.toFixed(1).padStart(6)} s`;
  if (trial === null) return `${time}  ${state.status}`;
  const { all, failed } = recentProbes(state);
  const red = [...state.nodes].flatMap(([name, health]) => (health === 'red' ? [name] : []));
  const green = [...state.nodes.values()].filter((health) => health === 'green').length;
  const parts = [
    `trial ${trial.number}/${plan.trials.length} ${policyLabel(trial.policy)} ${phase === null ? 'between phases' : phaseWords[phase]}`,
    `${sum(state, 'inFlight')} in flight, ${sum(state, 'completed')} done, ${sum(state, 'lost')} lost`,
    ...(all === 0 ? [] : [`probes ${all - failed}/${all} ok`]),
    ...(state.nodes.size === 0 || plan.ownCluster !== undefined
      ? []
      : [`edge ${green}/${state.nodes.size} green${red.length > 0 ? ` (red: ${red.join(' ')})` : ''}`]),
    ...(state.hit === null ? [] : [`${state.hit.node} is ${state.hit.word}`]),
    ...(state.wait === null ? [] : [waitWords(state.wait)]),
    ...(state.saidInTrial ? [state.status] : []),
  ];
  return `${time}  ${parts.join(' · ')}`;
}

/** What stays on the screen of a trial that is over. */
export function doneLine(trial: LiveState['done'][number], number: number, colours: Paint): string {
  const { policy, repeat, lost, probesFailed, invalid } = trial;
  const losses = lost === 0 ? colours.green('0 lost') : colours.red(`${lost} lost`);
  const doubt = invalid === 0 ? '' : colours.yellow(' · cannot be trusted');
  return `${colours.dim(`trial ${number}`)} ${policyLabel(policy)}, repeat ${repeat + 1}: ${losses}, ${probesFailed} new requests failed${doubt}`;
}
