import { MidflightError } from '../../base/errors.ts';
import { packageVersion } from '../../base/package.ts';
import { waitFor } from '../../kube/wait.ts';
import { runShell } from '../kind/shell.ts';
import { type AgentsOptions, agentPods, agentsJob } from './job.ts';
import { kubectlOf, requestLimit } from './kubectl.ts';
import { createIn } from './object-change.ts';

/** How long the agents' pods may take until they run: an image may have to be pulled. Real milliseconds. */
const podsMs = 180_000;
const rights = 'docs/scale.md says which rights and which image agents need';

/**
 * Makes the Job and waits until its pods run. Throws `missing-requirement` if the image is of another version;
 * `cluster-failed` else.
 */
export async function startAgents(name: string, options: AgentsOptions, signal: AbortSignal): Promise<void> {
  const kubectl = kubectlOf(options);
  await createIn(options, agentsJob(name, options), { what: "the agents' Job", hint: rights, signal });
  const [first = ''] = await runningAgents(name, options, signal);
  const version = await runShell(kubectl('exec', first, '--', 'midflight', '--version'), { signal });
  if (version.stdout.trim() !== packageVersion()) {
    const there = version.stdout.trim() || version.stderr.trim();
    throw new MidflightError(
      'missing-requirement',
      `the agents' image ${options.image} is not midflight ${packageVersion()}: ${there}`,
      { hint: 'name the image of this version: --agent-image, or image under agents in a scenario' },
    );
  }
}

/** The names of the pods that run, by their index, once all of them do. Throws `cluster-failed`. */
export async function runningAgents(
  name: string,
  options: AgentsOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const kubectl = kubectlOf(options);
  let running: readonly string[] = [];
  await waitFor(`${options.count} agents to run`, podsMs, signal, async () => {
    const { ok, stdout } = await runShell(
      kubectl('get', 'pods', '--selector', `job-name=${name}`, '--output', 'json', requestLimit),
      { signal },
    );
    if (!ok) return false;
    const pods = agentPods(stdout);
    if (pods.problem !== null) failed(`an agent does not start: ${pods.problem}`);
    running = pods.running;
    return running.length === options.count;
  });
  return running;
}

function failed(what: string): never {
  throw new MidflightError('cluster-failed', what, { hint: rights });
}
