import { parse } from 'yaml';
import * as z from 'zod';

/*
 * Steps of a GitHub action or workflow, and of a GitLab job, as a runner would execute them by hand.
 */

export interface Step {
  readonly name: string;
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

const step = z.looseObject({
  id: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
});
const action = z.object({
  inputs: z.record(z.string(), z.object({ default: z.string() })),
  runs: z.object({ steps: z.array(step) }),
});
const gitlab = z.record(
  z.string(),
  z.looseObject({ script: z.array(z.string()), variables: z.record(z.string(), z.string()) }),
);

/** The `run` steps of an action, its expressions replaced. Throws for an expression that it does not know. */
export function actionSteps(
  text: string,
  given: { readonly inputs: Readonly<Record<string, string>>; readonly actionPath: string },
): Step[] {
  const { inputs, runs } = action.parse(parse(text));
  const replaced = (value: string) =>
    value.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_all, expression: string) => {
      if (expression === 'github.action_path') return given.actionPath;
      const [, input = ''] = /^inputs\.(\S+)$/.exec(expression) ?? [];
      const found = given.inputs[input] ?? inputs[input]?.default;
      if (found === undefined) throw new Error(`no value for ${expression}`);
      return found;
    });
  return runs.steps.flatMap(({ id, run, env }) =>
    run === undefined
      ? []
      : [
          {
            name: id ?? run,
            command: replaced(run),
            env: Object.fromEntries(Object.entries(env).map(([key, value]) => [key, replaced(value)])),
          },
        ],
  );
}

/** The script of a GitLab job as one step: its lines are run by one shell that ends at the first failure. */
export function gitlabStep(text: string, job: string, variables: Readonly<Record<string, string>>): Step {
  const found = gitlab.parse(parse(text))[job];
  if (found === undefined) throw new Error(`there is no job ${job}`);
  return {
    name: job,
    command: ['set -e', ...found.script].join('\n'),
    env: { ...found.variables, ...variables },
  };
}
