import { writeFileSync } from 'node:fs';
import { MidflightError } from '../base/errors.ts';
import { writeFailure } from '../base/machine-error.ts';

/** Writes a file that the user named. Throws `missing-requirement` if that cannot be done; `noun`: what the file is. */
export function writeOutput(file: string, text: string, noun: string, hint: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new MidflightError('missing-requirement', `the ${noun} cannot be written: ${writeFailure(error)}`, {
      where: file,
      hint,
      cause: error,
    });
  }
}
