import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { ScenarioError } from '../scenario/error.ts';

/** What a person reads when a command could not do its work, and the exit code that goes with it. */
export function failureOf(error: unknown): { text: string; exitCode: ExitCode } {
  if (error instanceof ScenarioError) return { text: faultLines(error), exitCode: error.exitCode };
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

/** `file:line:col: what` with what to do below, one fault after the other: what editors and terminals make clickable. */
export function faultLines({ faults }: ScenarioError): string {
  return faults
    .map(
      ({ file, line, col, what, hint }) => `${file}:${line}:${col}: ${what}\n${hintLine(hint ?? undefined)}`,
    )
    .join('');
}

const hintLine = (hint: string | undefined) =>
  hint === undefined ? '' : `  ${hint.replaceAll('\n', '\n  ')}\n`;
