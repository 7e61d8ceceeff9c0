import * as assert from 'uvu/assert';
import { type Ended, processesOf, runCli, type Sandbox, stateFiles } from './cli.ts';

/**
 * `midflight clean` after a run was killed: it succeeds and leaves no process and no file of state, and a second one finds
 * nothing. `also`: what else has to be as before, once the first is done.
 */
export async function cleansUp(box: Sandbox, what: string, also: () => void = () => {}): Promise<Ended> {
  const cleaned = await runCli(['clean'], box);
  assert.is(cleaned.code, 0, `${what}: ${cleaned.stdout}${cleaned.stderr}`);
  assertNothingLeft(box, what);
  also();
  assert.is((await runCli(['clean'], box)).stdout, 'nothing was left\n', what);
  return cleaned;
}

export function assertNothingLeft(box: Sandbox, what: string): void {
  assert.equal(processesOf(box), [], `${what}: processes`);
  assert.equal(stateFiles(box), [], `${what}: files of state`);
}
