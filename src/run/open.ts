import { CoreV1Api } from '@kubernetes/client-node';
import type { Clock } from '../base/clock.ts';
import { MidflightError } from '../base/errors.ts';
import { abortController, abortsWith } from '../base/signals.ts';
import type { ChangeLog } from '../changes/change-log.ts';
import type { HistoryEvent } from '../history/schema.ts';
import type { Plan } from '../plan/schema.ts';
import type { Provider } from '../providers/provider.ts';
import { loadHosts } from './agents.ts';
import { readPlacement } from './cluster.ts';
import type { ConductSession } from './conduct.ts';
import { frontLimits, type OpenFront, openFront } from './front.ts';
import type { ClusterHold } from './hold.ts';
import type { Run } from './run.ts';
import { watchCluster } from './watches.ts';

interface OpenOptions {
  readonly plan: Plan;
  readonly provider: Provider;
  readonly changes: ChangeLog;
  readonly held: ClusterHold;
  readonly session: ConductSession;
  readonly isLast: Run['isLast'];
}

/** What the opening gave, and how to close it. */
export interface Opened {
  readonly run: Run;
  readonly front: OpenFront;
  close(): Promise<void>;
}

/** Opens the cluster, makes the workload ready, starts the watches and the front. */
export async function open(options: OpenOptions): Promise<Opened> {
  const { plan, provider, changes, held, session, isLast } = options;
  const { clock, state, signal, record, status, progress } = session;
  status('creating the cluster');
  const lost = abortController();
  const bringUp = abortsWith(signal, lost.signal);
  await provider.cluster.open(
    plan,
    {
      progress: status,
      failed: (instrument, code, reason) => {
        if (signal.aborted) return;
        record({ type: 'instrument-failed', t: clock.now(), instrument, code, reason });
        if (code === 'reported-failure') return;
        const text = `${instrument}: ${reason}`;
        state.failForGood({ code: 'instrument-failed', text });
        lost.abort(new MidflightError('provider-failed', text));
      },
      note: (level, code, text) => record({ type: 'note', t: clock.now(), level, code, text }),
      event: record,
    },
    bringUp,
    changes,
  );
  await held.take((why) => {
    if (!signal.aborted) record({ type: 'instrument-failed', t: clock.now(), ...why });
  });
  status(provider.workload.owner === 'ours' ? 'installing ingress and app' : 'looking at ingress and app');
  const workload = await provider.workload.ready(plan, bringUp);
  const topology = provider.cluster.nodes();
  const base = {
    plan,
    provider,
    workload,
    topology,
    core: provider.cluster.kubeConfig().makeApiClient(CoreV1Api),
    changes,
    state,
    clock,
    signal,
    record,
    progress,
  };
  record(topologyOf(provider, await provider.cluster.versions(), clock));
  if (provider.front.kind === 'edge') status('starting the edge');
  const watches = await watchCluster({ ...base, signal: bringUp });
  const loads = loadHosts(plan, provider.host, changes, signal);
  try {
    if (plan.load.some((load) => 'agents' in load)) status('starting agents');
    await loads.open();
    const front = await openFront(base, workload);
    const run: Run = {
      ...base,
      placement: await readPlacement(base),
      target: front.target,
      probeTarget: front.probeTarget,
      sight: front.sight,
      second: front.second,
      loadHosts: loads,
      isLast,
    };
    return {
      run,
      front,
      async close() {
        if (!signal.aborted) await front.sync('last', 3000);
        watches.stop();
        await loads.close();
        await front.close();
      },
    };
  } catch (error) {
    watches.stop(); // else they would go on for ever, and the process with them
    throw error;
  }
}

function topologyOf(provider: Provider, versions: Record<string, string>, clock: Clock): HistoryEvent {
  const { cluster, host, front, workload } = provider;
  return {
    type: 'topology',
    t: clock.now(),
    nodes: [...cluster.nodes()],
    limits: [...cluster.limits(), ...frontLimits(front)],
    ingressKind: workload.ingressKind,
    clientAddresses: [...host.clients()],
    edgeAddress: front.kind === 'edge' ? front.listen().host : null,
    edgeKeepsClientAddress: front.kind === 'edge' && front.keepsClientAddress,
    versions,
  };
}
