import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { packageRoot } from '../../src/base/package.ts';

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

// Some images have Node.js alone: npm is this machine's then.
const npmOfThisMachine = `printf '#!/bin/sh\\nexec node /npm/bin/npm-cli.js "$@"\\n' >/usr/local/bin/npm; chmod +x /usr/local/bin/npm`;
const withNpm = `command -v npm >/dev/null || { ${npmOfThisMachine}; }`;

/**
 * Arguments of docker that do in a container of `base`, without a network, what the README says: install the package of the
 * folder `packages`, and run. Ends as the run does.
 */
export function readmeInContainer(base: string, packages: string): string[] {
  const [tarball = ''] = readdirSync(packages).filter((name) => name.endsWith('.tgz'));
  const script = ['set -e', withNpm, 'cd "$(mktemp -d)"', `npm i -g /packages/${tarball}`, 'midflight run'];
  return [
    ...['run', '--rm', '--network=none', '--env', 'npm_config_offline=true'],
    ...['--volume', `${npmFolder()}:/npm:ro`, '--volume', `${packages}:/packages:ro`],
    ...[base, 'sh', '-c', script.join('\n')],
  ];
}

/**
 * Arguments of docker that run the steps of action.yml in a container of `base` without a network. `packages` holds the package
 * file and, in its folder `workspace`, the experiment; `source` is the checkout of the action.
 */
export function stepsInContainer(
  base: string,
  experiment: string,
  { packages, source }: { readonly packages: string; readonly source: string },
): string[] {
  const [tarball = ''] = readdirSync(packages).filter((name) => name.endsWith('.tgz'));
  const steps = actionSteps(readFileSync(join(packageRoot(), 'action.yml'), 'utf8'), {
    actionPath: '/action',
    inputs: { package: `/packages/${tarball}`, experiment, unknown: 'pass', baseline: 'baseline.json' },
  });
  const script = [
    'set -e',
    withNpm,
    'cd "$(mktemp -d)"',
    `cp /packages/workspace/${experiment} .`,
    ...steps.map(({ command }) => command),
    `midflight validate ${experiment}`,
    'ls midflight-report',
  ];
  const env = Object.assign({ npm_config_offline: 'true' }, ...steps.map((step) => step.env));
  return [
    ...['run', '--rm', '--network=none', '--volume', `${npmFolder()}:/npm:ro`],
    ...['--volume', `${packages}:/packages:ro`, '--volume', `${join(source, 'scripts')}:/action/scripts:ro`],
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...[base, 'sh', '-c', script.join('\n')],
  ];
}

const npmFolder = () => join(execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim(), 'npm');
