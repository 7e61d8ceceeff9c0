import { CoreV1Api } from '@kubernetes/client-node';
import { systemClock } from '../base/clock.ts';
import { type ExitCode, exitCodes, MidflightError, messageOf } from '../base/errors.ts';
import { findProgram } from '../base/find-program.ts';
import { abortsAfter } from '../base/signals.ts';
import { hasReadyCondition } from '../kube/ready.ts';
import { makePlan } from '../plan/make.ts';
import type { Plan } from '../plan/schema.ts';
import { journalPlace } from '../providers/journals.ts';
import { release } from '../providers/kind/claims.ts';
import { deleteCluster, existingClusters, nodeContainers, openCluster } from '../providers/kind/cluster.ts';
import { removeContainers } from '../providers/kind/containers.ts';
import { userOfCluster } from '../providers/kind/in-use.ts';
import { settleLeftovers } from '../providers/settle.ts';
import { failuresOf, openChanges } from '../run/changes.ts';
import { runIdOf } from '../run/header.ts';
import { requestedImages } from './images.ts';
import type { Io } from './io.ts';
import { kindConfigFile } from './kind-config.ts';
import { playgroundLines, playgroundsDown, playgroundUp } from './playground.ts';
import { providerFor, requireClusters } from './provider-for.ts';
import { openScenario } from './scenario-files.ts';
import { onSignals } from './signals.ts';

type Images = { readonly [part in keyof Plan['images']]: string | undefined };

/** The command line of `cluster`, as it was given. */
interface ClusterArguments {
  readonly action: 'up' | 'down' | 'status';
  /** The scenario, for `up`. */
  readonly file: string | undefined;
  /** A kind configuration's file, for `up`. */
  readonly kindConfig: string | undefined;
  readonly cluster: 'kind' | 'embedded' | undefined;
  readonly timeScale: number | undefined;
  readonly foreground: boolean;
  readonly images: Images;
}

/** A cluster without an experiment: made and kept, removed, or looked at. */
export async function clusterAction(args: ClusterArguments, io: Io): Promise<ExitCode> {
  const { action, file, kindConfig, cluster, timeScale, foreground } = args;
  if (action !== 'up' && kindConfig !== undefined) {
    throw new MidflightError('bad-usage', `--kind-config is for cluster up, not for cluster ${action}`);
  }
  if (action !== 'up' && (file !== undefined || cluster !== undefined)) {
    throw new MidflightError('bad-usage', `unexpected argument '${file ?? '--cluster'}'`, {
      hint: `cluster ${action} concerns every cluster of midflight: write midflight cluster ${action}`,
    });
  }
  const isEmbedded = action === 'up' && cluster === 'embedded';
  if (!isEmbedded && (timeScale !== undefined || foreground)) {
    const flag = foreground ? '--foreground' : '--time-scale';
    throw new MidflightError('bad-usage', `${flag} is for an embedded cluster that is started`, {
      hint: 'midflight cluster up --cluster embedded',
    });
  }
  if (isEmbedded && kindConfig !== undefined) {
    throw new MidflightError('bad-usage', '--kind-config is for a kind cluster', {
      hint: 'leave it out, or write --cluster kind',
    });
  }
  switch (action) {
    case 'up':
      return isEmbedded ? playgroundUp({ file, timeScale, foreground }, io) : up(args, io);
    case 'down':
      return down(io);
    case 'status':
      return status(io);
  }
}

/** Begins as a run with --keep: nodes, Traefik and app as the scenario has them. */
async function up({ file, images, kindConfig }: ClusterArguments, io: Io): Promise<ExitCode> {
  const { stdout, stderr, env } = io;
  if (file === undefined) {
    throw new MidflightError('bad-usage', 'which scenario is the cluster for?', {
      hint: [
        'midflight cluster up experiments/preemption.yaml',
        'without Docker: midflight cluster up --cluster embedded',
      ].join('\n'),
    });
  }
  const config = await kindConfigFile(kindConfig);
  const plan = makePlan(await openScenario(file, io), {
    cluster: 'kind',
    images: requestedImages(images, env),
  });
  await requireClusters([plan]);
  const provider = await providerFor(plan, {
    keep: true,
    reuse: true,
    kindConfig: config?.text ?? null,
    kubeconfig: undefined,
    env,
  });
  const interruption = onSignals(process, (exitCode) => process.exit(exitCode));
  const say = (text: string) => stderr.write(`${text}\n`);
  await settleLeftovers(plan, provider, say);
  const changes = openChanges(journalPlace(runIdOf(plan)), {
    plan,
    provider,
    clock: systemClock,
    signal: interruption.signal,
  });
  try {
    await provider.cluster.open(
      plan,
      {
        progress: say,
        failed: (instrument, reason) => say(`${instrument}: ${reason}`),
        note: (level, text) => say(`${level}: ${text}`),
        event: () => {},
      },
      interruption.signal,
      changes,
    );
    say('installing ingress and app');
    await provider.workload.ready(plan, interruption.signal);
  } finally {
    await provider.down();
    // The cluster itself stays: it is kept.
    const unwound = await changes.end(abortsAfter(60_000));
    for (const text of failuresOf(unwound)) say(`not undone: ${text}; midflight clean tries again`);
    interruption.dispose();
  }
  stdout.write(
    `up; run on it with: midflight run ${file} --cluster kind --reuse${kindConfig === undefined ? '' : ` --kind-config ${kindConfig}`}\nwhat is there: midflight cluster status\n`,
  );
  return exitCodes.pass;
}

/** All of them but those that a run is using now. */
async function down(io: Io): Promise<ExitCode> {
  const { stdout } = io;
  const embedded = await playgroundsDown();
  for (const line of embedded) stdout.write(`${line}\n`);
  const kind = await kindClusters(io, embedded.length > 0);
  const names = kind ?? [];
  for (const name of names) {
    const user = await userOfCluster(name);
    if (user !== null) {
      stdout.write(`${name}: in use by ${user}, left alone\n`);
      continue;
    }
    await removeContainers(name);
    await deleteCluster(name);
    release(name);
    stdout.write(`${name}: removed\n`);
  }
  if (embedded.length + names.length === 0) stdout.write('there is no cluster of midflight\n');
  return exitCodes.pass;
}

/**
 * Clusters of ours on kind. Whoever has embedded ones need not have kind or Docker: then that they cannot be asked is no
 * error: null.
 */
async function kindClusters(io: Io, hasOthers: boolean): Promise<string[] | null> {
  if (findProgram('kind', io.env) === null || findProgram('docker', io.env) === null) return null;
  try {
    return await existingClusters();
  } catch (error) {
    if (!hasOthers) throw error;
    io.stderr.write(`kind cannot be asked: ${messageOf(error)}\n`);
    return null;
  }
}

async function status(io: Io): Promise<ExitCode> {
  const { stdout } = io;
  const embedded = playgroundLines();
  for (const line of embedded) stdout.write(`${line}\n`);
  const names = (await kindClusters(io, embedded.length > 0)) ?? [];
  for (const name of names) {
    const containers = await nodeContainers(name);
    const user = await userOfCluster(name);
    const use = user === null ? 'not in use' : `in use by ${user}`;
    stdout.write(`${name}: ${containers.length} node${containers.length === 1 ? '' : 's'}, ${use}\n`);
    for (const line of await nodeLines(name)) stdout.write(`  ${line}\n`);
    // No kubeconfig of the user's was touched: what reaches it is theirs to ask for.
    stdout.write(`  kubectl: kind export kubeconfig --name ${name}\n`);
  }
  if (embedded.length + names.length === 0) stdout.write('there is no cluster of midflight\n');
  return exitCodes.pass;
}

/** A cluster whose API does not answer is a finding here, and no error. */
async function nodeLines(name: string): Promise<string[]> {
  try {
    const { kubeConfig } = await openCluster(name);
    const { items } = await kubeConfig.makeApiClient(CoreV1Api).listNode();
    return items.map(
      (node) => `${node.metadata?.name ?? '?'}: ${hasReadyCondition(node) ? 'Ready' : 'NotReady'}`,
    );
  } catch (error) {
    return [`its API does not answer: ${messageOf(error)}`];
  }
}
