import { systemClock } from '../base/clock.ts';
import { MidflightError } from '../base/errors.ts';
import { abortController, abortsAfter, abortsWith } from '../base/signals.ts';
import type { HistoryEvent } from '../history/schema.ts';
import { presetAnnotation } from '../kube/names.ts';
import { patchObject, publishAddress, type ServiceRef } from '../kube/patch.ts';
import type { Plan } from '../plan/schema.ts';
import type { JournalPlace } from '../providers/journals.ts';
import type { HostPort, Provider } from '../providers/provider.ts';
import { failuresOf, openChanges } from './changes.ts';
import { openFront } from './front.ts';

export interface PlaygroundOptions {
  readonly plan: Plan;
  readonly provider: Provider;
  readonly journal: JournalPlace;
  /** Aborted when the cluster is to go. */
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** Everything answers. */
  readonly ready: (address: HostPort) => void;
}

/** The limit for undoing what is left, real ms. */
const undoLimitMs = 60_000;

/**
 * Starts the plan's cluster, its workload and the edge in front of it, and keeps them until the signal is aborted.
 * Rejects if it does not come up, or if the control plane, the edge or the watchdog ends by itself.
 */
export async function holdPlayground(options: PlaygroundOptions): Promise<void> {
  const { plan, provider, journal, say } = options;
  const broken = abortController();
  const signal = abortsWith(options.signal, broken.signal);
  const failed = (what: string) => {
    if (!options.signal.aborted) broken.abort(new MidflightError('provider-failed', what));
  };
  const changes = openChanges(journal, { plan, provider, clock: systemClock, signal });
  try {
    await provider.cluster.open(
      plan,
      {
        progress: say,
        failed: (part, code, reason) => {
          // A node that is killed by hand is what a playground is for; its pods' troubles are shown by kubectl.
          const isNode = plan.nodes.some(({ name }) => name === part);
          if (isNode || code === 'reported-failure') say(`${part}: ${reason}`);
          else failed(`${part}: ${reason}`);
        },
        note: (level, _code, text) => say(`${level}: ${text}`),
        event: () => {}, // nobody reads the ingress' log here
      },
      signal,
      changes,
    );
    say('installing ingress and app');
    const workload = await provider.workload.ready(plan, signal);
    say('starting the edge');
    const record = (event: HistoryEvent) => {
      if (event.type === 'instrument-failed') failed(`${event.instrument}: ${event.reason}`);
    };
    const front = await openFront(
      { provider, plan, clock: systemClock, record, progress: () => {} },
      workload,
    );
    const { host, port } = front.target;
    await mark(provider, workload.service, host, plan.edge.preset);
    options.ready({ host, port });
    await aborted(signal);
    if (broken.signal.aborted) throw broken.signal.reason;
  } finally {
    await provider.down();
    const unwound = await changes.end(abortsAfter(undoLimitMs));
    for (const text of failuresOf(unwound)) say(`not undone: ${text}; midflight clean tries again`);
  }
}

/** Writes what a cloud's controller writes: the balancer's address, and a mark of which balancer it is. */
async function mark(provider: Provider, service: ServiceRef, ip: string, preset: string): Promise<void> {
  const { namespace, name } = service;
  const kubeConfig = provider.cluster.kubeConfig();
  await publishAddress(kubeConfig, service, ip);
  await patchObject(kubeConfig, `/api/v1/namespaces/${namespace}/services/${name}`, {
    metadata: { annotations: { [presetAnnotation]: preset } },
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
