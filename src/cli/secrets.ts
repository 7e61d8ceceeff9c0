import { MidflightError, messageOf } from '../base/errors.ts';
import { visibleLine } from '../base/visible.ts';
import { readScenarioFile } from '../scenario/source.ts';

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
export function parseHeader(
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
  if (variable === undefined) return sendable(name, value, bad);
  const found = env[variable];
  if (found === undefined || found === '') {
    throw bad(`header ${name}: the environment has no ${variable}`, `export ${variable} first`);
  }
  return sendable(name, found, bad);
}

type Refusal = (what: string, hint: string) => MidflightError;

/** What the connection itself needs or HTTP/2 forbids (RFC 9110 section 7.6.1, RFC 9113 section 8.2.2). */
const ofConnection =
  /^(connection|content-length|expect|http2-settings|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i;

/** The header, if it can be sent as it is; the value is never repeated. */
function sendable(name: string, value: string, bad: Refusal): [string, string] {
  const nameHint = 'a name has letters, digits and - only, as in X-Request-Id';
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name))
    throw bad(`header '${visibleLine(name)}': this is not a header's name`, nameHint);
  if (ofConnection.test(name)) throw bad(`header ${name}: midflight sets it itself`, 'remove it');
  // As Node's validateHeaderValue: Latin-1 without control characters other than a tab.
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
    throw bad(
      `header ${name}: its value has characters that cannot be sent`,
      'use printable ASCII on one line',
    );
  return [name, value];
}

/** The headers of a file, one a line as --header takes them; empty lines and those that begin with # are left out. */
export function headersIn(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): [string, string][] {
  const text = textOf(file);
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    return [parseHeader(line, env, `${file}:${index + 1}`)];
  });
}

/** The file is read like a scenario: no folder, pipe or device, nothing too large, UTF-8. */
function textOf(file: string): string {
  try {
    return readScenarioFile(file);
  } catch (error) {
    throw new MidflightError('bad-usage', `--header-file cannot be read: ${messageOf(error)}`, {
      where: file,
      hint: "name a text file with one 'Name: value' a line",
    });
  }
}
