import { MidflightError } from '../base/errors.ts';
import type { MadeClusterName } from '../catalogue/clusters.ts';
import { policyNames } from '../catalogue/policies.ts';
import { reportsOf } from '../cli/run-files.ts';
import { endingBy, libraryIo } from './io.ts';
import type { Run } from './types.ts';

export const run: Run = async (file, options = {}) => {
  const { policies, reporters, headers } = options;
  const results = await reportsOf(
    {
      files: [file],
      cluster: (options.cluster ?? 'embedded') satisfies MadeClusterName | `context:${string}`,
      out: options.out,
      force: options.force ?? false,
      json: false,
      reporter: reporters?.join(','),
      repeats: options.repeats,
      policies: policies?.map(policyOf),
      seed: options.seed,
      quiet: true,
      dryRun: false,
      keep: options.keep ?? false,
      reuse: options.reuse ?? false,
      kindConfig: options.kindConfig,
      kubeconfig: options.kubeconfig,
      allowChanges: options.allowChanges ?? false,
      header:
        headers === undefined
          ? undefined
          : Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      images: { node: undefined, traefik: undefined, app: undefined },
    },
    libraryIo(),
    endingBy(options.signal),
  );
  const [result] = results;
  if (result === undefined) throw new MidflightError('interrupted', 'the run was aborted before it began');
  return result;
};

function policyOf(name: string) {
  const known = policyNames.find((one) => one === name);
  if (known !== undefined) return known;
  throw new MidflightError('bad-usage', `policies: there is no policy '${name}'`, {
    hint: `allowed: ${policyNames.join(', ')}`,
  });
}
