import { suite } from 'uvu';

/**
 * What this machine lacks for some tests. A skip is printed in a form that the runner gathers for its closing summary;
 * where MIDFLIGHT_NO_SKIP names the requirement (in CI) it is a failure.
 */
type Requirement =
  | 'docker'
  | 'kind-images'
  | 'k6'
  | 'chromium'
  | 'linux'
  | 'ipv6'
  | 'root'
  | 'nginx'
  | 'haproxy'
  | 'actionlint'
  | 'kubectl';

/** Says that tests are skipped, and why. Throws where that requirement must be there. */
export function skipped(requirement: Requirement, what: string, why: string): void {
  const must = (process.env.MIDFLIGHT_NO_SKIP ?? '').split(',');
  if (must.includes(requirement)) throw new Error(`${what} may not be skipped here: ${why}`);
  process.stdout.write(`\n# skip ${what}: ${why}\n`);
}

/** The same for all that a file holds: an empty suite still tells the runner that the file came to its end. */
export function skippedFile(requirement: Requirement, what: string, why: string): void {
  skipped(requirement, what, why);
  suite(what).run();
}
