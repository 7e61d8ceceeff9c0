import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { knownError } from '../base/machine-error.ts';
import { visible } from '../base/visible.ts';
import { ScenarioError } from '../scenario/error.ts';

/** What a person reads when a command could not do its work, and the exit code that goes with it. */
export function failureOf(thrown: unknown): { text: string; exitCode: ExitCode } {
  const { text, exitCode } = spoken(thrown);
  return { text: visible(text), exitCode };
}

function spoken(thrown: unknown): { text: string; exitCode: ExitCode } {
  const error = knownError(thrown);
  if (error instanceof ScenarioError) return { text: problemLines(error), exitCode: error.exitCode };
  if (error instanceof MidflightError && error.code !== 'internal') {
    const where = error.where === undefined ? '' : `${error.where}: `;
    return { text: `midflight: ${where}${error.message}\n${hintLine(error.hint)}`, exitCode: error.exitCode };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `midflight: internal error, a defect of midflight itself\n${stack}\n`,
    exitCode: exitCodes.internal,
  };
}

/** `file:line:col: what` with what to do below, one problem after the other: what editors and terminals make clickable. */
function problemLines({ problems, more }: ScenarioError): string {
  const lines = problems
    .map(
      ({ file, line, col, what, hint }) => `${file}:${line}:${col}: ${what}\n${hintLine(hint ?? undefined)}`,
    )
    .join('');
  const rest = more === 0 ? '' : `and ${more} more problem${more === 1 ? '' : 's'}; fix these first\n`;
  return lines + rest;
}

const hintLine = (hint: string | undefined) =>
  hint === undefined ? '' : `  ${hint.replaceAll('\n', '\n  ')}\n`;
