import { readFileSync } from 'node:fs';
import { MidflightError, messageOf } from '../base/errors.ts';
import type { Plan } from '../plan/schema.ts';

/** A kind configuration of the user's: its file, and its text. */
interface KindConfigFile {
  readonly file: string;
  readonly text: string;
}

/** Reads and checks `--kind-config FILE`; null: none was given. Throws `bad-usage` for a file that cannot be used. */
export async function kindConfigFile(file: string | undefined): Promise<KindConfigFile | null> {
  if (file === undefined) return null;
  const text = textOf(file);
  const { checkOwnConfig } = await import('../providers/kind/own-config.ts');
  checkOwnConfig(text, file);
  return { file, text };
}

/** The plan with a notice, so that its report shows what the cluster was made from. */
export const withNotice = (plan: Plan, config: KindConfigFile | null): Plan =>
  config === null
    ? plan
    : { ...plan, notices: [...plan.notices, `kind: the cluster is made from ${config.file}`] };

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new MidflightError('missing-file', `--kind-config cannot be read: ${messageOf(error)}`, {
      where: file,
    });
  }
}
