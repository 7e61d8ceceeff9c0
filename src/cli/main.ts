#!/usr/bin/env node
import { failureOf } from './failure.ts';
import { survivesClosedOutputs } from './io.ts';
import { program } from './program.ts';

survivesClosedOutputs(process);
// A defect outside of any command: said as one, and the children end with us (their watchdog sees to it).
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error: unknown) => {
    const { text, exitCode } = failureOf(error);
    process.stderr.write(text, () => process.exit(exitCode));
  });
}
process.exitCode = await program(process.argv.slice(2), process);
