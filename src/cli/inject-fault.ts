import { CoreV1Api } from '@kubernetes/client-node';
import { systemClock } from '../base/clock.ts';
import { nodeCommandWords } from '../base/command-template.ts';
import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { abortsAfter } from '../base/signals.ts';
import { visibleLine } from '../base/visible.ts';
import { bounded } from '../kube/bounded.ts';
import { openContext } from '../kube/open-context.ts';
import { waitFor } from '../kube/wait.ts';
import { failuresOf } from '../run/changes.ts';
import { readFlipped } from '../run/flip/context.ts';
import { liveFaultAccess } from '../run/live-fault/access.ts';
import { evictionRefusals, type LiveNode, leavesDrained, targetRefusals } from '../run/live-fault/decide.ts';
import { injectLive, type LiveFault } from '../run/live-fault/inject.ts';
import type { LiveFaultName } from '../run/live-fault/names.ts';
import { liveNodes, ownPlace, podsOnNode, servingPods } from '../run/live-fault/read.ts';
import { serviceRef } from './flip-question.ts';
import { withHeldCluster } from './held-cluster.ts';
import type { Io } from './io.ts';
import { durationOption, wholeOption } from './option-values.ts';
import { reading, refuseMissing } from './rights.ts';

export interface FaultArguments {
  readonly fault: LiveFaultName;
  readonly nodes: readonly string[];
  readonly service: string;
  readonly namespace: string | undefined;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly command: string | undefined;
  readonly recover: string | undefined;
  /** KEY=VALUE */
  readonly optIn: string;
  readonly maxNodes: number;
  readonly hold: string;
  readonly timeout: string;
  readonly deleteEmptydirData: boolean;
  readonly allowChanges: boolean;
}

/** `midflight fault`: injects, holds, undoes. 0: all is undone. 3: refused, or not all could be undone. 130: interrupted and undone. */
export async function injectLiveFault(args: FaultArguments, io: Io): Promise<ExitCode> {
  const wanted = checked(args);
  const opened = openContext(args, io.env);
  const { kubeConfig } = opened;
  const core = bounded(kubeConfig.makeApiClient(CoreV1Api), `the API server of ${opened.context}`);
  const ref = serviceRef(args.service, args.namespace);
  const access = liveFaultAccess(args.fault, ref.namespace);
  const service = await reading(opened, access, () => readFlipped(core, ref));
  const say = (text: string) => io.stderr.write(`midflight: ${visibleLine(text)}\n`);
  const own = await ownPlace(core, io.env);
  /** What is to be done, by the cluster as it is now. Throws `cluster-failed` with every reason why not. */
  const decided = async (): Promise<{ fault: LiveFault; targets: readonly LiveNode[] }> => {
    const nodes = await liveNodes(core);
    const pods = await servingPods(core, service.pods);
    const refusals = targetRefusals({
      ...{ fault: args.fault, targets: args.nodes, nodes, ingress: new Set(pods.keys()) },
      ...{ optIn: wanted.optIn, maxNodes: args.maxNodes, own },
    });
    refuse(refusals);
    const targets = nodes.filter(({ name }) => args.nodes.includes(name));
    const { limitMs } = wanted;
    if (args.fault === 'command') return { fault: { kind: 'command', ...wanted.commands, limitMs }, targets };
    if (args.fault === 'pod-delete') {
      const taken = targets.flatMap(({ name }) => pods.get(name) ?? []);
      refuse(taken.length === 0 ? ['no ready pod of the Service runs there'] : []);
      return { fault: { kind: 'pod-delete', pods: taken, limitMs }, targets };
    }
    const onThem = await Promise.all(targets.map(({ name }) => podsOnNode(core, name)));
    refuse(evictionRefusals(onThem.flat(), args.deleteEmptydirData));
    const moving = new Map(
      targets.map(({ name }, index) => [name, (onThem[index] ?? []).filter(leavesDrained)]),
    );
    return { fault: { kind: 'drain', pods: moving, limitMs }, targets };
  };
  await reading(opened, access, decided);
  if (!args.allowChanges)
    throw new MidflightError('bad-usage', 'nothing was changed: --allow-changes is not given', {
      hint: `${args.fault} of ${args.nodes.join(', ')} would be allowed`,
    });
  await refuseMissing(opened, liveFaultAccess(args.fault, service.namespace));
  const what = `fault ${args.fault} of ${args.nodes.join(', ')}`;
  const ended = await withHeldCluster({ opened, what, say }, async ({ changes, signal }) => {
    const { fault, targets } = await decided(); // nobody else changes it from here on
    const mark = changes.mark();
    const failures: string[] = [];
    try {
      for (const line of await injectLive(fault, targets, changes)) say(line);
      say(`held for ${args.hold}`);
      await systemClock.sleep(wanted.holdMs, signal);
    } finally {
      const unwound = await changes.unwind(mark, abortsAfter(2 * wanted.limitMs));
      for (const { what, result, detail } of unwound) say(`undone: ${what}: ${result}, ${detail}`);
      failures.push(...failuresOf(unwound));
    }
    if (failures.length === 0 && fault.kind === 'command')
      await untilReady(core, targets, wanted.limitMs, say, signal);
    return failures;
  });
  const failures = [...ended.result, ...ended.failures];
  return failures.length === 0 ? exitCodes.pass : exitCodes.incomplete;
}

async function untilReady(
  core: CoreV1Api,
  targets: readonly LiveNode[],
  limitMs: number,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const names = targets.map(({ name }) => name);
  const ready = async () =>
    (await liveNodes(core)).filter((node) => node.ready && names.includes(node.name)).length === names.length;
  await waitFor(`${names.join(', ')} to be Ready again`, limitMs, signal, ready, {
    pauseMs: 1000,
  });
  say(`${names.join(', ')}: Ready again`);
}

function refuse(refusals: readonly string[]): void {
  if (refusals.length === 0) return;
  throw new MidflightError('cluster-failed', `refused: ${refusals[0]}`, {
    ...(refusals.length === 1 ? {} : { hint: ['and:', ...refusals.slice(1)].join('\n') }),
  });
}

/** What the command line alone can be refused for. Throws `bad-usage`. */
function checked(args: FaultArguments) {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(args.optIn) ?? [];
  if (key === undefined || value === undefined) throw bad(`--opt-in ${args.optIn} is not KEY=VALUE`);
  wholeOption('max-nodes', args.maxNodes, 1);
  const isCommand = args.fault === 'command';
  if (isCommand !== (args.command !== undefined) || isCommand !== (args.recover !== undefined))
    throw bad(
      isCommand
        ? 'fault command needs --command and --recover'
        : `--command and --recover are for fault command, not for ${args.fault}`,
    );
  const commands = isCommand
    ? { command: nodeCommandWords(args.command ?? ''), recover: nodeCommandWords(args.recover ?? '') }
    : { command: [], recover: [] };
  return {
    optIn: { key, value },
    commands,
    holdMs: durationOption('hold', args.hold, within(0)),
    limitMs: durationOption('timeout', args.timeout, within(1000)),
  };
}

const help = 'see midflight fault --help';
const within = (leastMs: number) => ({ leastMs, mostHours: 24, hint: help });
const bad = (what: string) => new MidflightError('bad-usage', what, { hint: help });
