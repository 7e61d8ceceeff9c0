import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from './cli.ts';

interface Quick {
  readonly streamsLast: string;
  readonly policies: string;
  readonly timeScale: number;
  /** Further lines of the scenario. */
  readonly more?: string;
}

/** Writes a small scenario into a sandbox, a power-off of a node that runs nothing; returns its path. */
export function quickScenario(box: Sandbox, { streamsLast, policies, timeScale, more = '' }: Quick): string {
  const file = join(box.folder, 'quick.yaml');
  writeFileSync(
    file,
    `name: quick
nodes: [{ name: stable, count: 2, labels: { pool: stable } }, { name: spot, count: 1, preemptible: true }]
ingress: { nodeSelector: { pool: stable } }
app: { nodeSelector: { pool: stable } }
load: [{ kind: streams, concurrency: 3, duration: ${streamsLast} }, { kind: probe, rate: 4 }]
policies: [${policies}]
fault: { kind: power-off, target: { runs: nothing } }
${more}timeScale: ${timeScale}
`,
  );
  return file;
}
