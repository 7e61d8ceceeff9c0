import { exitCodes } from '../base/errors.ts';
import { worseOf } from './exit-codes.ts';
import { failureOf } from './failure.ts';
import { guardOutputs } from './io.ts';
import { program } from './program.ts';

const outputs = guardOutputs(process);
// An error outside of any command: the children end with us (their watchdog sees to it).
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error: unknown) => {
    const { text, exitCode } = failureOf(error);
    process.stderr.write(text, () => process.exit(exitCode));
  });
}
process.exitCode = await program(process.argv.slice(2), process);
// Only now is it known whether all of stdout could be written.
process.on('exit', (code) => {
  const unwritten = outputs.failure();
  if (unwritten === null) return;
  process.stderr.write(failureOf(unwritten).text);
  process.exitCode = worseOf(code, exitCodes.incomplete);
});
