import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';
import { makePlan } from '../../src/plan/make.ts';
import type { Plan } from '../../src/plan/schema.ts';
import { kindProvider } from '../../src/providers/kind/index.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { kindImages, kindMissing } from '../support/kind.ts';
import { skippedFile } from '../support/skip.ts';
import { balancerAddressTests } from './balancer-address.ts';
import { conformance } from './suite.ts';
import '../support/bundles.ts';

/** The suite on a real cluster whose kube-proxy works in this mode; skipped where no cluster can be made. */
export async function kindConformance(kubeProxyMode: Plan['kubeProxyMode']): Promise<void> {
  const name = `conformance on kind, kube-proxy in ${kubeProxyMode} mode`;
  const missing = await kindMissing();
  if (missing !== null) {
    skippedFile(missing.requirement, name, missing.reason);
    return;
  }
  execFileSync(process.execPath, [join(packageRoot(), 'scripts', 'build.mjs'), 'app'], { stdio: 'inherit' });
  const loaded = loadScenario(join(packageRoot(), 'test', 'conformance', 'conformance.yaml'));
  const plan = makePlan(loaded, { cluster: 'kind', images: kindImages() });
  conformance(name, { ...plan, kubeProxyMode }, kindProvider, balancerAddressTests);
}
