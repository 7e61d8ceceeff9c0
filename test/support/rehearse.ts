import { spotMarks } from '../../src/audit/facts/spot.ts';
import { readManifests } from '../../src/audit/read/manifests.ts';
import { makePlan } from '../../src/plan/make.ts';
import { rehearsalOf } from '../../src/rehearse/index.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { PresetName } from '../../src/scenario/schema.ts';

/** The scenario that is made of manifests given as text or objects, read back and planned as `run` does it. */
export function rehearsed(
  objects: readonly unknown[] | string,
  wanted: string | null = null,
  balancer: PresetName | null = null,
) {
  const text =
    typeof objects === 'string'
      ? objects
      : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const snapshot = readManifests([{ file: 'objects.yaml', text }]);
  const made = rehearsalOf(snapshot, { spotMarks, service: wanted }, balancer);
  const loaded = parseScenario(made.text, 'rehearsal.yaml');
  return {
    ...made,
    loaded,
    scenario: loaded.scenario,
    plan: makePlan(loaded, { cluster: 'embedded', cores: 2 }),
  };
}
