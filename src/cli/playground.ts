import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { packageRoot } from '../base/package.ts';
import { makePlan } from '../plan/make.ts';
import type { Plan } from '../plan/schema.ts';
import { journalPlace } from '../providers/journals.ts';
import {
  announce,
  forget,
  forgetLogs,
  logFileOf,
  type Playground,
  playgrounds,
  writeKubeconfig,
} from '../providers/playgrounds.ts';
import { isSameProcess, signal as sendSignal, startTimeOf } from '../providers/processes.ts';
import { isInterrupted } from '../run/run.ts';
import { hostname } from '../workload/manifests.ts';
import type { Io } from './io.ts';
import { wholeOption } from './option-values.ts';
import { openScenario } from './scenario-files.ts';
import { firstExperiment } from './shipped.ts';
import { onSignals } from './signals.ts';
import { tryOut } from './try-out.ts';

interface PlaygroundArguments {
  readonly file: string | undefined;
  /** Undefined: 1, so that what is measured with a watch in one's hand is right. */
  readonly timeScale: number | undefined;
  readonly foreground: boolean;
}

const stdinWord = '-';

/** An embedded cluster that stays: in this process until Ctrl-C, or in one of its own until `cluster down`. */
export async function playgroundUp(args: PlaygroundArguments, io: Io): Promise<ExitCode> {
  wholeOption('time-scale', args.timeScale, 1, 20);
  if (args.file === stdinWord && !args.foreground) {
    throw new MidflightError('bad-usage', 'a cluster in the background cannot read standard input', {
      hint: 'write the scenario to a file, or add --foreground',
    });
  }
  const loaded = await openScenario(args.file ?? firstExperiment, io);
  const plan = { ...makePlan(loaded, { cluster: 'embedded' }), timeScale: args.timeScale ?? 1 };
  return args.foreground ? holdHere(plan, args, io) : startBehind(plan, args, io);
}

async function holdHere(
  plan: Plan,
  args: PlaygroundArguments,
  { stdout, stderr, env }: Io,
): Promise<ExitCode> {
  const name = env[nameVariable] ?? nameOf(plan);
  const interruption = onSignals(process, (exitCode) => process.exit(exitCode));
  const [{ embeddedProvider }, { eachAlone }, { settleLeftovers }, { holdPlayground }] = await Promise.all([
    import('../providers/embedded/index.ts'),
    import('../plan/node-groups.ts'),
    import('../providers/settle.ts'),
    import('../run/playground.ts'),
  ]);
  const provider = embeddedProvider(eachAlone); // any node may be hit by hand
  await settleLeftovers(plan, provider, (text) => stderr.write(`midflight: ${text}\n`));
  try {
    await holdPlayground({
      plan,
      provider,
      journal: journalPlace(name),
      signal: interruption.signal,
      say: (text) => stderr.write(`${text}\n`),
      ready: ({ host, port }) => {
        const playground: Playground = {
          name,
          pid: process.pid,
          startTime: startTimeOf(process.pid) ?? '',
          experiment: plan.experiment,
          nodes: plan.nodes.length,
          timeScale: plan.timeScale,
          kubeconfig: writeKubeconfig(name, provider.host.kubeConfig()),
          url: `http://${hostname}:${port}`,
          resolve: `${hostname}:${port}:${host}`,
        };
        announce(playground);
        stdout.write(tryOut(playground, args.foreground && env[nameVariable] === undefined));
      },
    });
    return exitCodes.pass;
  } catch (error) {
    // Ctrl-C and `cluster down` end it.
    if (interruption.signal.aborted && isInterrupted(error)) return exitCodes.pass;
    throw error;
  } finally {
    forget(name);
    interruption.dispose();
  }
}

/** The name that the process in the background is to give its cluster. */
const nameVariable = 'MIDFLIGHT_PLAYGROUND';
const nameOf = ({ experiment }: Plan) => `${experiment}-${randomBytes(3).toString('hex')}`;

/** How long until it answers, on a slow machine with many nodes (real ms). */
const readyWithinMs = 180_000;

async function startBehind(
  plan: Plan,
  args: PlaygroundArguments,
  { stdout, stderr, env }: Io,
): Promise<ExitCode> {
  const name = nameOf(plan);
  const log = openSync(logFileOf(name), 'w', 0o600);
  const child = spawn(
    process.execPath,
    [
      join(packageRoot(), 'dist', 'midflight.mjs'),
      ...['cluster', 'up', args.file ?? firstExperiment, '--cluster', 'embedded', '--foreground'],
      ...['--time-scale', String(plan.timeScale)],
    ],
    { detached: true, stdio: ['ignore', log, log], env: { ...env, [nameVariable]: name } },
  );
  closeSync(log);
  const interruption = onSignals(process, (exitCode) => process.exit(exitCode));
  stderr.write(`starting ${plan.nodes.length} nodes, ingress, app and edge\n`);
  try {
    const playground = await started(name, child, interruption.signal);
    stdout.write(tryOut(playground, false));
    return exitCodes.pass;
  } catch (error) {
    child.kill('SIGTERM');
    throw error;
  } finally {
    child.unref();
    interruption.dispose();
  }
}

async function started(
  name: string,
  child: ReturnType<typeof spawn>,
  signal: AbortSignal,
): Promise<Playground> {
  for (let waited = 0; waited < readyWithinMs; waited += 100) {
    signal.throwIfAborted();
    const found = playgrounds().find((one) => one.name === name);
    if (found !== undefined) return found;
    if (child.exitCode !== null || child.signalCode !== null) throw notStarted(name, 'ended at once');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw notStarted(name, `is not up after ${readyWithinMs / 1000} s`);
}

function notStarted(name: string, how: string): MidflightError {
  const text = logText(name).trim();
  forget(name);
  return new MidflightError('provider-failed', `the cluster ${how}`, {
    hint: text === '' ? 'add --foreground to see what it does' : text.slice(-1500),
  });
}

function logText(name: string): string {
  try {
    return readFileSync(logFileOf(name), 'utf8');
  } catch {
    return '';
  }
}

/** How long until all processes of one cluster have ended (real ms). */
const downWithinMs = 30_000;

/** Ends every playground of this user; returns a line for each. */
export async function playgroundsDown(): Promise<string[]> {
  const lines = await Promise.all(playgrounds().map(end));
  forgetLogs();
  return lines;
}

async function end({ name, pid, startTime }: Playground): Promise<string> {
  sendSignal(pid, 'SIGTERM');
  for (let waited = 0; waited < downWithinMs && isSameProcess(pid, startTime); waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (isSameProcess(pid, startTime)) return `${name}: process ${pid} has not ended yet`;
  forget(name);
  return `${name}: removed`;
}

/** What `cluster status` prints of them. */
export function playgroundLines(): string[] {
  return playgrounds().flatMap(({ name, nodes, timeScale, pid, kubeconfig, url, resolve }) => [
    `${name}: embedded, ${nodes} node${nodes === 1 ? '' : 's'}${timeScale === 1 ? '' : `, time runs ${timeScale} times as fast`}, process ${pid}`,
    `  kubectl: export KUBECONFIG=${kubeconfig}`,
    `  balancer: ${url} (--resolve ${resolve})`,
  ]);
}
