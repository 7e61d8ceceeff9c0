import { readFileSync } from 'node:fs';
import { MidflightError, messageOf } from '../base/errors.ts';

/*
 * What may hold a secret and would stand in reports, histories and logs: the query of a URL, the arguments of a command,
 * the values of headers.
 */

/** A URL or path without what may be secret: its query, its fragment, a user name and password. */
export function shownUrl(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1…@').replace(/([?#]).*$/s, '$1…');
}

/** A command line without its arguments: `kubectl … (5 arguments)`, as words. */
export function shownCommand([program = '', ...args]: readonly string[]): string[] {
  if (args.length === 0) return [program];
  return [program, '…', `(${args.length} argument${args.length === 1 ? '' : 's'})`];
}

/** A header as `name` and `value`; `env:VARIABLE` as its whole value is taken from the environment. */
export function headerOf(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  where?: string,
): [name: string, value: string] {
  // Its text is never repeated: a value without a name is the likeliest mistake, and may be the secret.
  const bad = (what: string, hint: string) =>
    new MidflightError('bad-usage', what, { hint, ...(where === undefined ? {} : { where }) });
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(0, colon)).trim();
  if (name === '')
    throw bad("a header without 'Name:' in front", "write 'Name: value', or 'Name: env:VARIABLE'");
  const value = text.slice(colon + 1).trim();
  const [, variable] = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(value) ?? [];
  if (variable === undefined) return [name, value];
  const found = env[variable];
  if (found === undefined || found === '') {
    throw bad(`header ${name}: the environment has no ${variable}`, `export ${variable} first`);
  }
  return [name, found];
}

/** The headers of a file, one a line as --header takes them; empty lines and those that begin with # are left out. */
export function headersIn(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): [string, string][] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new MidflightError('bad-usage', `--header-file cannot be read: ${messageOf(error)}`, {
      where: file,
    });
  }
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    return [headerOf(line, env, `${file}:${index + 1}`)];
  });
}
