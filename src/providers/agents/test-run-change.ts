import * as z from 'zod';
import { createIn, objectChange } from './object-change.ts';
import { testRunObjects, testRunResource } from './test-run.ts';

const wanted = z.object({
  count: z.int(),
  image: z.string().nullable(),
  files: z.record(z.string(), z.string()),
  env: z.record(z.string(), z.string()),
  keepAlive: z.boolean(),
});

/** A TestRun and its ConfigMap. Its runners, Jobs and Services are its own, and go with it. */
export const testRunResources = [testRunResource, 'configmap'];

/** A TestRun and the ConfigMap with its script. The operator makes the rest of it. */
export const testRunChange = objectChange({
  kind: 'k6-test-run',
  objectKind: 'TestRun',
  resources: testRunResources,
  wanted,
  describe: ({ name }, { count }, place) => `TestRun ${name} with ${count} runners in ${place}`,
  make: (target, wanted, signal) =>
    createIn(target, testRunObjects(target.name, target.namespace, wanted), {
      what: 'the TestRun',
      hint: 'docs/scale.md says which rights k6 in pods needs',
      signal,
    }),
});
