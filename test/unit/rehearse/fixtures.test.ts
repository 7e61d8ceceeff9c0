import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../../src/base/package.ts';
import { makePlan } from '../../../src/plan/make.ts';
import { rehearsed } from '../../support/rehearse.ts';

// The files are shapes of clouds written by hand (test/audit/README.md).
const cases = [
  { file: 'gke', service: 'ingress/traefik', preset: 'gke-neg', cloud: 'gke', fault: 'preempt' },
  { file: 'eks', service: 'ingress-nginx/nginx', preset: 'aws-nlb-lbc', cloud: 'eks', fault: 'preempt' },
  { file: 'aks', service: 'edge/gateway', preset: 'azure', cloud: 'aks', fault: 'preempt' },
] as const;

for (const { file, service, preset, cloud, fault } of cases) {
  test(`${file}: ${service} becomes a scenario that both kinds of cluster take`, () => {
    const { scenario, loaded } = rehearsed(
      readFileSync(join(packageRoot(), `test/audit/${file}.yaml`), 'utf8'),
      service,
    );
    assert.is(scenario.edge.preset, preset);
    assert.is(scenario.cloud, cloud);
    assert.is(scenario.fault?.kind, fault);
    makePlan(loaded, { cluster: 'kind' });
  });
}

test.run();
